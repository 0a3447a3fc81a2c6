package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The archive of classes that bin/fairlead-archive makes for an installation. */
final class ArchiveTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TempTree installation = TempTree.create();

  @BeforeEach
  void install() throws IOException {
    Path original = Binaries.root().resolve("target/fairlead");
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.toList()) {
        Path copy = installation.path().resolve(original.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (!file.toString().endsWith(".jsa")) {
          Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.writeString(
        installation.path().resolve("fairlead.yaml"),
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        registries: [{name: files, type: file, path: services}]
        """);
    Files.createDirectories(installation.path().resolve("services"));
  }

  @AfterEach
  void remove() {
    installation.close();
  }

  private ServerProcess run(Map<String, String> environment, String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, installation.path().resolve("bin").resolve(command[0]).toString());
    return ServerProcess.start(command[0], installation.path(), environment, words);
  }

  /** Kilobytes of a process's memory that hold the archive. */
  private static long mapped(long pid) throws IOException {
    long kilobytes = 0;
    boolean archive = false;
    for (String line :
        Files.readAllLines(Path.of("/proc/" + pid + "/smaps"), StandardCharsets.UTF_8)) {
      String[] words = line.trim().split("\\s+");
      if (!words[0].endsWith(":")) {
        archive = line.endsWith("fairlead.jsa");
      } else if (archive && words[0].equals("Rss:")) {
        kilobytes += Long.parseLong(words[1]);
      }
    }
    return kilobytes;
  }

  @Test
  void archive_madeForAFolder_isUsedByAStartFromIt() throws IOException {
    try (ServerProcess maker = run(Map.of(), "fairlead-archive")) {
      assertThat(maker.await(LIMIT)).isTrue();
      assertThat(maker.exitCode()).as(() -> String.join("\n", maker.linesSince(0))).isZero();
    }
    // The shell becomes the JVM, so its id is the one of the gateway.
    try (ServerProcess gateway = run(Map.of(), "fairlead", "serve", "--config", "fairlead.yaml")) {
      gateway.awaitLine("console", LIMIT);

      // Of an archive that does not fit, the JVM says nothing here and maps nothing.
      assertThat(mapped(gateway.pid())).isGreaterThan(10_000);
    }
  }
}
