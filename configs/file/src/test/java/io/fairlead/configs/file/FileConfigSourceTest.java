package io.fairlead.configs.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.ConfigSourceFactory;
import io.fairlead.configs.testkit.ConfigEvent;
import io.fairlead.configs.testkit.RecordingConfigSink;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileConfigSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration RESCAN = Duration.ofMinutes(10);
  private static final Duration SETTLE = Duration.ofMillis(100);

  private final Path folder;
  private final Path top;
  private final RecordingConfigSink sink = new RecordingConfigSink();
  private final ConfigSource source;

  FileConfigSourceTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.top = Files.createDirectory(folder.resolve("configs"));
    this.source =
        new FileConfigSourceFactory()
            .create(
                new ConfigSourceContext("mesh", sink),
                new FileSourceConfiguration(top, RESCAN, SETTLE));
  }

  @AfterEach
  void close() {
    source.close();
    sink.assertNoViolations();
  }

  private void write(String name, String text) throws IOException {
    Path file = top.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void awaitTexts(Map<String, String> expected) {
    sink.awaitTexts(expected, LIMIT);
  }

  @Test
  void files_areReadWithThoseBelowAndChangesFollow() throws IOException {
    write("a.yaml", "1");
    write("deep/er/b.yml", "2");
    write("README.md", "no configuration");
    write(".git/c.yaml", "of a tool");
    source.start();
    awaitTexts(Map.of("a.yaml", "1", "deep/er/b.yml", "2"));

    write("a.yaml", "3");
    Files.delete(top.resolve("deep/er/b.yml"));
    awaitTexts(Map.of("a.yaml", "3"));
  }

  @Test
  void folderThatIsSwapped_isOneChange() throws IOException {
    Files.createDirectory(top.resolve("..1"));
    Files.writeString(top.resolve("..1/a.yaml"), "old a");
    Files.writeString(top.resolve("..1/b.yaml"), "old b");
    Files.createSymbolicLink(top.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(top.resolve("a.yaml"), Path.of("..data/a.yaml"));
    Files.createSymbolicLink(top.resolve("b.yaml"), Path.of("..data/b.yaml"));
    source.start();
    awaitTexts(Map.of("a.yaml", "old a", "b.yaml", "old b"));

    Files.createDirectory(top.resolve("..2"));
    Files.writeString(top.resolve("..2/a.yaml"), "new a");
    Files.writeString(top.resolve("..2/b.yaml"), "new b");
    Files.createSymbolicLink(top.resolve("..data_tmp"), Path.of("..2"));
    Files.move(top.resolve("..data_tmp"), top.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    awaitTexts(Map.of("a.yaml", "new a", "b.yaml", "new b"));
    assertThat(sink.reports())
        .containsExactly(
            new ConfigEvent.Resynced(Map.of("a.yaml", "old a", "b.yaml", "old b")),
            new ConfigEvent.Changed(Map.of("a.yaml", "new a", "b.yaml", "new b"), Set.of()));
  }

  @Test
  void folderThatIsGone_isAProblemAndNoRemoval() throws IOException {
    write("a.yaml", "1");
    source.start();
    awaitTexts(Map.of("a.yaml", "1"));
    Path away = folder.resolve("away");
    Files.move(top, away);
    sink.awaitProblem("does not exist", LIMIT);
    assertThat(sink.texts()).isEqualTo(Map.of("a.yaml", "1"));

    Files.writeString(away.resolve("b.yaml"), "2");
    Files.move(away, top);
    awaitTexts(Map.of("a.yaml", "1", "b.yaml", "2"));
    sink.awaitNoProblem(LIMIT);
  }

  @Test
  void fileThatCannotBeRead_keepsAllThatIsMissing() throws IOException {
    write("a.yaml", "1");
    write("b.yaml", "2");
    source.start();
    awaitTexts(Map.of("a.yaml", "1", "b.yaml", "2"));

    // A link to nowhere cannot be read by root either.
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    Files.move(folder.resolve("link"), top.resolve("c.yaml"));
    Files.delete(top.resolve("b.yaml"));
    write("a.yaml", "3");
    awaitTexts(Map.of("a.yaml", "3", "b.yaml", "2"));
    sink.awaitProblem("c.yaml", LIMIT);

    Files.delete(top.resolve("c.yaml"));
    awaitTexts(Map.of("a.yaml", "3"));
  }

  @Test
  void fileThatIsTooLarge_isADocumentWithAProblemAndHoldsBackNothing() throws IOException {
    write("a.yaml", "1");
    write("b.yaml", "2");
    write("large.yaml", "");
    try (RandomAccessFile large = new RandomAccessFile(top.resolve("large.yaml").toFile(), "rw")) {
      large.setLength((16 << 20) + 1);
    }
    source.start();
    String problem = "a file of 16777217 bytes (expected: at most 16777216, in several files)";
    awaitTexts(Map.of("a.yaml", "1", "b.yaml", "2", "large.yaml", problem));
    assertThat(sink.problem()).isEmpty();

    Files.delete(top.resolve("b.yaml"));
    awaitTexts(Map.of("a.yaml", "1", "large.yaml", problem));

    write("large.yaml", "3");
    awaitTexts(Map.of("a.yaml", "1", "large.yaml", "3"));
  }

  @Test
  void largestFile_isRead() throws IOException {
    write("a.yaml", "#".repeat(16 << 20));
    source.start();
    await().atMost(LIMIT).until(() -> !sink.texts().isEmpty());
    assertThat(sink.texts().getOrDefault("a.yaml", "").length()).isEqualTo(16 << 20);
  }

  @Test
  void check_saysWhatIsTooLargeAsOfADocument() throws IOException {
    write("a.yaml", "1");
    try (RandomAccessFile large = new RandomAccessFile(top.resolve("large.yaml").toFile(), "rw")) {
      large.setLength((16 << 20) + 1);
    }
    ConfigSourceFactory.FileContents contents =
        new FileConfigSourceFactory().contents(new FileSourceConfiguration(top, RESCAN, SETTLE));
    assertThat(contents.problems()).isEmpty();
    assertThat(contents.documents())
        .filteredOn(document -> !document.problem().isEmpty())
        .extracting(ConfigDocument::key)
        .containsExactly(top.resolve("large.yaml").toString());
  }

  @Test
  void oneFile_isADocumentOfItsName() throws IOException {
    write("mesh.yaml", "1");
    RecordingConfigSink other = new RecordingConfigSink();
    try (ConfigSource one =
        new FileConfigSourceFactory()
            .create(
                new ConfigSourceContext("one", other),
                new FileSourceConfiguration(top.resolve("mesh.yaml"), RESCAN, SETTLE))) {
      one.start();
      other.awaitTexts(Map.of("mesh.yaml", "1"), LIMIT);
    }
  }

  @Test
  void close_leavesNoThread() throws IOException {
    write("a.yaml", "1");
    source.start();
    awaitTexts(Map.of("a.yaml", "1"));
    source.close();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().contains("configs-mesh")));
  }
}
