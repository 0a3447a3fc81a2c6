package io.fairlead.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeWatcherTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path temp = Path.of("");

  @Test
  void fileSystemWithoutEvents_onlyWaits() throws IOException, InterruptedException {
    URI uri = URI.create("jar:" + temp.resolve("a.zip").toUri());
    try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      TreeWatcher watcher = new TreeWatcher("files", zip);
      watcher.watch(Map.of(zip.getPath("/"), TreeWatcher.any()));
      assertThat(watcher.await(SHORT)).isEqualTo(TreeWatcher.Wake.TIMEOUT);
      watcher.close();
      assertThat(watcher.await(LONG)).isEqualTo(TreeWatcher.Wake.CLOSED);
    }
  }

  @Test
  void watch_onlyNamesThatMatterWake() throws IOException, InterruptedException {
    try (TreeWatcher watcher = new TreeWatcher("files", temp.getFileSystem())) {
      watcher.watch(Map.of(temp, "wanted"::equals));
      Files.writeString(temp.resolve("other"), "");
      assertThat(watcher.await(Duration.ofMillis(300))).isEqualTo(TreeWatcher.Wake.TIMEOUT);
      Files.writeString(temp.resolve("wanted"), "");
      assertThat(watcher.await(LONG)).isEqualTo(TreeWatcher.Wake.EVENT);
      assertThat(watcher.awaitQuiet(SHORT, LONG, () -> false)).isFalse();
    }
  }

  @Test
  void watch_folderPutInTheSamePlace_isWatchedAfterTheNextCall()
      throws IOException, InterruptedException {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    try (TreeWatcher watcher = new TreeWatcher("files", temp.getFileSystem())) {
      watcher.watch(Map.of(folder, TreeWatcher.any()));
      Files.move(folder, temp.resolve("old"));
      Files.createDirectory(folder);
      watcher.watch(Map.of(folder, TreeWatcher.any()));
      watcher.awaitQuiet(SHORT, LONG, () -> false);
      Files.writeString(temp.resolve("old").resolve("a"), "");
      assertThat(watcher.await(Duration.ofMillis(300))).isEqualTo(TreeWatcher.Wake.TIMEOUT);
      Files.writeString(folder.resolve("a"), "");
      assertThat(watcher.await(LONG)).isEqualTo(TreeWatcher.Wake.EVENT);
    }
  }

  @Test
  void created_holdsRenamedServicesFiles_unlessSomethingElseHappened()
      throws IOException, InterruptedException {
    Path part = temp.resolve(".a.yaml.part");
    Path file = temp.resolve("a.yaml");
    try (TreeWatcher watcher = new TreeWatcher("files", temp.getFileSystem())) {
      watcher.watch(Map.of(temp, TreeWatcher.any()));
      Files.writeString(part, "");
      Files.move(part, file);
      watcher.awaitQuiet(LONG, LONG, () -> !watcher.created().isEmpty());
      assertThat(watcher.created()).containsExactly(file);
      Files.writeString(temp.resolve("b.txt"), "");
      watcher.awaitQuiet(LONG, LONG, () -> watcher.created().isEmpty());
      assertThat(watcher.created()).isEmpty();
      Files.writeString(part, "");
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      watcher.awaitQuiet(SHORT, LONG, () -> false);
      assertThat(watcher.created()).isEmpty();
      watcher.forget();
      Files.writeString(part, "");
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      watcher.awaitQuiet(LONG, LONG, () -> !watcher.created().isEmpty());
      assertThat(watcher.created()).containsExactly(file);
      watcher.forget();
      // A write in place may be under way.
      Files.writeString(file, "services: []");
      watcher.awaitQuiet(SHORT, LONG, () -> false);
      assertThat(watcher.created()).isEmpty();
    }
  }
}
