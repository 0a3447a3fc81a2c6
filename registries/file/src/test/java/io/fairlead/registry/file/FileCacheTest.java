package io.fairlead.registry.file;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.files.Listing;
import io.fairlead.files.TimedFiles;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCacheTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  @TempDir Path temp = Path.of("");
  private final TimedFiles files = new TimedFiles("files");
  private final FileCache cache = new FileCache(files);

  @AfterEach
  void close() {
    files.close();
  }

  private boolean load() throws IOException {
    return cache.load(Listing.of(temp), () -> false);
  }

  private static void write(Path file, String name, FileTime modified) throws IOException {
    Files.writeString(file, "services: [{name: " + name + "}]");
    Files.setLastModifiedTime(file, modified);
  }

  @Test
  void load_nothingChanged_givesTheSameView() throws IOException {
    write(temp.resolve("a.yaml"), "a", LONG_AGO);
    assertThat(load()).isTrue();
    FileView view = cache.view();
    assertThat(load()).isFalse();
    assertThat(cache.view()).isSameAs(view);
  }

  @Test
  void load_touchedButEqual_givesTheSameView() throws IOException {
    write(temp.resolve("a.yaml"), "a", LONG_AGO);
    load();
    FileView view = cache.view();
    Files.setLastModifiedTime(temp.resolve("a.yaml"), FileTime.from(Instant.now()));
    assertThat(load()).isFalse();
    assertThat(cache.view()).isSameAs(view);
  }

  @Test
  void load_writtenTwiceWithinTheGrainOfTheClock_isSeen() throws IOException {
    FileTime now = FileTime.from(Instant.now());
    write(temp.resolve("a.yaml"), "a", now);
    load();
    // The same file, size and time: only its bytes differ.
    write(temp.resolve("a.yaml"), "b", now);
    assertThat(load()).isTrue();
    assertThat(cache.view())
        .isInstanceOfSatisfying(
            FileView.Whole.class,
            whole -> assertThat(whole.services()).containsOnlyKeys(ServiceId.of("b")));
  }

  @Test
  void load_removedFile_isSeen() throws IOException {
    write(temp.resolve("a.yaml"), "a", LONG_AGO);
    load();
    Files.delete(temp.resolve("a.yaml"));
    assertThat(load()).isTrue();
    assertThat(cache.view())
        .isInstanceOfSatisfying(
            FileView.Whole.class, whole -> assertThat(whole.services()).isEmpty());
  }

  @Test
  void load_tooLargeFile_isBrokenWithoutBeingRead() throws IOException {
    Path file = temp.resolve("large.yaml");
    try (var content =
        Files.newByteChannel(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      content.position(YamlCursor.MAX_BYTES);
      content.write(ByteBuffer.wrap(new byte[1]));
    }
    load();
    assertThat(cache.view())
        .isInstanceOfSatisfying(
            FileView.Partial.class,
            part ->
                assertThat(part.problem())
                    .isEqualTo(
                        file
                            + ":1:1: 268435457 bytes"
                            + " (expected: at most 268435456; split the file)"));
  }

  @Test
  void load_wrongFileRenamed_keepsWhatItSaidLast() throws IOException {
    Path file = temp.resolve("a.yaml");
    write(file, "a", LONG_AGO);
    load();
    Files.writeString(file, "services: [");
    load();
    Files.move(file, temp.resolve("b.yaml"));
    load();
    assertThat(cache.view())
        .isInstanceOfSatisfying(
            FileView.Partial.class,
            part -> {
              assertThat(part.unreadable()).containsExactly(temp.resolve("b.yaml"));
              assertThat(part.last()).containsOnlyKeys(ServiceId.of("a"));
            });
  }

  private Path beside(String text) throws IOException {
    return Files.writeString(temp.resolve(".part"), text);
  }

  @Test
  void replace_renamedFileWithAllItsServices_isTaken() throws IOException {
    Path file = temp.resolve("a.yaml");
    write(file, "a", LONG_AGO);
    load();
    Files.move(beside("services: [{name: a}, {name: b}]"), file, REPLACE_EXISTING);
    assertThat(cache.replace(file)).isTrue();
    assertThat(cache.view())
        .isInstanceOfSatisfying(
            FileView.Whole.class,
            whole ->
                assertThat(whole.services())
                    .containsOnlyKeys(ServiceId.of("a"), ServiceId.of("b")));
    assertThat(cache.replace(file)).isTrue();
    assertThat(load()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"services: []", "services: [{name: b}]", "services: [", "{}"})
  void replace_renamedFileThatLacksAServiceOrIsWrong_isLeft(String text) throws IOException {
    Path file = temp.resolve("a.yaml");
    write(file, "a", LONG_AGO);
    load();
    FileView view = cache.view();
    Files.move(beside(text), file, REPLACE_EXISTING);
    assertThat(cache.replace(file)).isFalse();
    assertThat(cache.view()).isSameAs(view);
    assertThat(load()).isTrue();
  }

  @Test
  void replace_unknownMissingOrBrokenBefore_isLeft() throws IOException {
    write(temp.resolve("a.yaml"), "a", LONG_AGO);
    Files.writeString(temp.resolve("broken.yaml"), "services: [");
    load();
    write(temp.resolve("b.yaml"), "b", LONG_AGO);
    assertThat(cache.replace(temp.resolve("b.yaml"))).isFalse();
    Files.delete(temp.resolve("a.yaml"));
    assertThat(cache.replace(temp.resolve("a.yaml"))).isFalse();
    Files.move(beside("services: []"), temp.resolve("broken.yaml"), REPLACE_EXISTING);
    assertThat(cache.replace(temp.resolve("broken.yaml"))).isFalse();
  }
}
