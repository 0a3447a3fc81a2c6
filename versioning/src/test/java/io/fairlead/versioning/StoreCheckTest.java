package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {
  private final Path folder;
  private final Path file;

  StoreCheckTest(@TempDir Path folder) {
    this.folder = folder;
    this.file = folder.resolve("store.db");
  }

  private void write() {
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      assertThat(new VersionedStore(log, Clock.systemUTC()).durability().durable()).isTrue();
    }
  }

  @Test
  void of_noFile_isMissingAndMakesNone() throws IOException {
    assertThat(StoreCheck.of(file).state()).isEqualTo(StoreCheck.State.MISSING);
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void of_soundFile_saysWhatIsInItAndLetsItBeOpened() {
    write();

    assertThat(StoreCheck.of(file))
        .isEqualTo(new StoreCheck(StoreCheck.State.SOUND, "0 resources"));
    write();
  }

  @Test
  void of_fileThatAnotherHas_isInUse() {
    try (SqliteCommitLog log = SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT)) {
      assertThat(log).isNotNull();
      assertThat(StoreCheck.of(file).state()).isEqualTo(StoreCheck.State.IN_USE);
    }
  }

  @Test
  void of_damagedFile_isUnusableAndStays() throws IOException {
    Files.writeString(file, "no database at all".repeat(100));

    assertThat(StoreCheck.of(file).state()).isEqualTo(StoreCheck.State.UNUSABLE);
    assertThat(file).exists();
  }
}
