package io.fairlead.configs.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileConfigSourceTest {
  private static final Duration RESCAN = Duration.ofMinutes(10);
  private static final Duration SETTLE = Duration.ofMillis(100);

  /** A sink that keeps what a source has said. */
  private static final class Recorder implements ConfigSink {
    private final Map<String, String> texts = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private String problem = "";

    @Override
    public synchronized void resync(Collection<ConfigDocument> all) {
      texts.clear();
      all.forEach(document -> texts.put(document.key(), document.text()));
      calls.add("resync " + texts.keySet());
      problem = "";
    }

    @Override
    public synchronized void changed(Collection<ConfigDocument> put, Collection<String> removed) {
      removed.forEach(texts::remove);
      put.forEach(document -> texts.put(document.key(), document.text()));
      calls.add(
          "changed "
              + put.stream().map(ConfigDocument::key).sorted().toList()
              + " removed "
              + removed.stream().sorted().toList());
      problem = "";
    }

    @Override
    public synchronized void alive() {
      problem = "";
    }

    @Override
    public synchronized void failing(String what, Throwable cause) {
      problem = what;
    }

    synchronized Map<String, String> texts() {
      return new TreeMap<>(texts);
    }

    synchronized List<String> calls() {
      return List.copyOf(calls);
    }

    synchronized String problem() {
      return problem;
    }
  }

  private final Path folder;
  private final Path top;
  private final Recorder sink = new Recorder();
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
  }

  private void write(String name, String text) throws IOException {
    Path file = top.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void awaitTexts(Map<String, String> expected) {
    await().atMost(Duration.ofSeconds(60)).until(sink::texts, expected::equals);
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
    assertThat(sink.calls())
        .containsExactly("resync [a.yaml, b.yaml]", "changed [a.yaml, b.yaml] removed []");
  }

  @Test
  void folderThatIsGone_isAProblemAndNoRemoval() throws IOException {
    write("a.yaml", "1");
    source.start();
    awaitTexts(Map.of("a.yaml", "1"));
    Path away = folder.resolve("away");
    Files.move(top, away);
    await().atMost(Duration.ofSeconds(60)).until(() -> sink.problem().contains("does not exist"));
    assertThat(sink.texts()).isEqualTo(Map.of("a.yaml", "1"));

    Files.writeString(away.resolve("b.yaml"), "2");
    Files.move(away, top);
    awaitTexts(Map.of("a.yaml", "1", "b.yaml", "2"));
    await().atMost(Duration.ofSeconds(60)).until(() -> sink.problem().isEmpty());
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
    await().atMost(Duration.ofSeconds(60)).until(() -> sink.problem().contains("c.yaml"));

    Files.delete(top.resolve("c.yaml"));
    awaitTexts(Map.of("a.yaml", "3"));
  }

  @Test
  void oneFile_isADocumentOfItsName() throws IOException {
    write("mesh.yaml", "1");
    Recorder other = new Recorder();
    try (ConfigSource one =
        new FileConfigSourceFactory()
            .create(
                new ConfigSourceContext("one", other),
                new FileSourceConfiguration(top.resolve("mesh.yaml"), RESCAN, SETTLE))) {
      one.start();
      await().atMost(Duration.ofSeconds(60)).until(other::texts, Map.of("mesh.yaml", "1")::equals);
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
