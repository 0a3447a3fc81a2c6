package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, since it takes signals and ends the JVM. */
class ServeProcessTest {
  private final Path folder;

  ServeProcessTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Process start(String... arguments) throws IOException {
    return startOn(List.of(), arguments);
  }

  private Process startOn(List<String> options, String... arguments) throws IOException {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(1, options);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String read(String name) {
    try (InputStream input = Files.newInputStream(folder.resolve(name))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void writeConfiguration() throws IOException {
    Files.createDirectories(folder.resolve("services"));
    Files.writeString(
        folder.resolve("fairlead.yaml"),
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        registries: [{name: files, type: file, path: services}]
        """);
  }

  private String[] serveInto(String data) {
    return new String[] {
      "serve",
      "--config",
      folder.resolve("fairlead.yaml").toString(),
      "--data",
      folder.resolve(data).toString()
    };
  }

  @Test
  void check_withoutConfig_takesTheFileInTheWorkingFolder() throws Exception {
    writeConfiguration();

    Process process = start("check");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(read("out")).isEqualTo("fairlead.yaml: valid (files: file)\n");
  }

  @Test
  void serve_dataBelowAFile_saysWhatToDo() throws Exception {
    writeConfiguration();

    Process process = start(serveInto("fairlead.yaml/data"));

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(read("err"))
        .contains(
            "fairlead serve: store " + folder.resolve("fairlead.yaml/data"),
            "its directory cannot be made",
            "(expected: a directory that this user may write to)",
            "Not a directory")
        .doesNotContain("Exception");
  }

  @Test
  void serve_noFolderForTemporaryFiles_unpacksTheLibraryBesideTheStore() throws Exception {
    writeConfiguration();
    Process process =
        startOn(List.of("-Djava.io.tmpdir=" + folder.resolve("missing")), serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || read("out").contains("mesh-config"));
      assertThat(process.isAlive()).as(read("err")).isTrue();
      assertThat(folder.resolve("elsewhere/fairlead.db")).exists();
      assertThat(read("err")).doesNotContain("Exception", "ERROR", "WARN");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void serve_untilAskedToStop_endsWithZero() throws Exception {
    writeConfiguration();
    Process process = start(serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || read("out").contains("mesh-config"));
      assertThat(read("out"))
          .contains("xDS       127.0.0.1:", "console   http://127.0.0.1:", "fairlead watch");
      assertThat(folder.resolve("elsewhere/fairlead.db")).exists();

      process.destroy();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(read("err")).isZero();
      assertThat(read("err")).doesNotContain("ERROR", "WARN");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void serve_invalidConfiguration_endsWithTwo() throws Exception {
    Files.writeString(folder.resolve("fairlead.yaml"), "xds: {}\n");

    Process process = start("serve", "--config", folder.resolve("fairlead.yaml").toString());

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(read("out")).isEmpty();
    assertThat(read("err")).contains("fairlead.yaml:1:6: xds.address: missing", "2 problems");
  }
}
