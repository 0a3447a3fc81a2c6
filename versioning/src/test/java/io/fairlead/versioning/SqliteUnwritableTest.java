package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store on disks that are really full or read-only; see {@link Mounts}. */
class SqliteUnwritableTest {
  private final Path directory;
  private final Mounts mounts;

  SqliteUnwritableTest(@TempDir Path directory, TestReporter reporter) {
    this.directory = directory;
    this.mounts = new Mounts(reporter);
  }

  @AfterEach
  void unmount() {
    mounts.close();
  }

  private static SqliteCommitLog open(Path file) {
    return SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT);
  }

  private static VersionedStore store(CommitLog log) {
    return new VersionedStore(log, Clock.systemUTC());
  }

  private static void put(VersionedStore store, String name, String body) {
    store.commit(
        new ChangeSet(
            List.of(Resources.of(name, body)), List.of(), Map.of("vip/" + name, body), Set.of()));
  }

  private static Map<String, String> shown(VersionedStore store) {
    Map<String, String> shown = new TreeMap<>(store.notes());
    for (Resource resource : store.current().resources(Resources.TYPE)) {
      shown.put(resource.key().name(), resource.version());
    }
    return shown;
  }

  /** Returns the state that a start from the file would serve. */
  private static Map<String, String> restarted(Path file) {
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      return shown(store);
    }
  }

  private static void fill(Path disk) throws IOException {
    try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
      byte[] page = new byte[4096];
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void fullDisk_servesFromMemoryAndWritesAgainWhenThereIsRoom() throws IOException {
    Path disk = mounts.smallDisk(directory.resolve("disk"));
    Path file = disk.resolve("store.db");
    Map<String, String> before;
    Map<String, String> after;
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      put(store, "a", "1");
      before = shown(store);
      fill(disk);
      for (int i = 0; i < 100; i++) {
        put(store, "b" + i, "x".repeat(10_000));
      }
      put(store, "a", "2");
      store.commit(ChangeSet.of(List.of(), List.of(Resources.key("b0"))));
      Durability durability = store.durability();
      assertThat(durability.durable()).isFalse();
      assertThat(durability.problem()).contains("store.db").contains("free space");
      assertThat(durability.unwritten()).isGreaterThan(100);
      assertThat(durability.since()).isPresent();
      after = shown(store);
      assertThat(after).hasSize(201);

      store.writeNow(System::nanoTime);
      assertThat(store.durability().durable()).isFalse();
      // As kill -9 would leave it now, on another disk.
      for (String companion : new String[] {"", "-wal"}) {
        Files.copy(disk.resolve("store.db" + companion), directory.resolve("copy.db" + companion));
      }
      Files.delete(disk.resolve("filler"));
      store.writeNow(System::nanoTime);
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      put(store, "c", "1");
      after.putAll(shown(store));
    }
    assertThat(restarted(file)).isEqualTo(after);
    Map<String, String> killed = restarted(directory.resolve("copy.db"));
    assertThat(killed).containsAllEntriesOf(Map.of("vip/a", "1")).containsKeys("ns/a");
    assertThat(after).containsKeys(killed.keySet().toArray(new String[0]));
    assertThat(killed).containsEntry("ns/a", before.getOrDefault("ns/a", ""));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fullDisk_startServesWhatIsThere(boolean killed) throws IOException {
    Path disk = mounts.smallDisk(directory.resolve("disk"));
    Path file = disk.resolve("store.db");
    Map<String, String> before = filled(disk, file, killed);
    fill(disk);
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      assertThat(shown(store)).isEqualTo(before);
      for (int i = 0; i < 100; i++) {
        put(store, "b" + i, "x".repeat(10_000));
      }
      assertThat(store.durability().durable()).isFalse();
      Files.delete(disk.resolve("filler"));
      store.writeNow(System::nanoTime);
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
    }
    assertThat(restarted(file)).hasSize(before.size() + 200).containsAllEntriesOf(before);
  }

  // A store with some content, closed or as kill -9 leaves it: the last commits beside the file.
  private Map<String, String> filled(Path disk, Path file, boolean killed) throws IOException {
    Path made = directory.resolve("made.db");
    try (SqliteCommitLog log = open(made)) {
      VersionedStore store = store(log);
      for (int i = 0; i < 10; i++) {
        put(store, "a" + i, "x".repeat(3000));
      }
      if (killed) {
        Files.copy(made, file);
        Files.copy(directory.resolve("made.db-wal"), disk.resolve("store.db-wal"));
      }
      assertThat(shown(store)).hasSize(20);
      if (killed) {
        return shown(store);
      }
    }
    Files.copy(made, file);
    return restarted(made);
  }

  @Test
  void fullDisk_firstStartServesFromMemoryAndBeginsTheFileLater() throws IOException {
    Path disk = mounts.smallDisk(directory.resolve("disk"));
    Path file = disk.resolve("store.db");
    fill(disk);
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      put(store, "a", "1");
      assertThat(store.durability().durable()).isFalse();
      Files.delete(disk.resolve("filler"));
      store.writeNow(System::nanoTime);
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
    }
    assertThat(restarted(file)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readOnlyDisk_startServesTheNewestAndWritesOnceItMay(boolean killed) throws IOException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Path file = disk.resolve("store.db");
    Map<String, String> before = filled(disk, file, killed);
    mounts.readOnly(disk);
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      assertThat(shown(store)).isEqualTo(before);
      assertThat(store.durability().durable()).isFalse();
      assertThat(store.durability().problem()).contains("store.db.lock");
      put(store, "b", "1");
      assertThat(shown(store)).hasSize(22);
      assertThat(Files.exists(disk.resolve("store.db-shm"))).isFalse();
      mounts.setWritable(disk);
      store.writeNow(System::nanoTime);
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      // The real lock is held from now on.
      assertThatThrownBy(() -> open(file)).hasMessageContaining("already open");
    }
    assertThat(restarted(file)).hasSize(22).containsAllEntriesOf(before);
  }

  @Test
  void readOnlyDisk_damagedFileIsAnErrorThatSaysSo() throws IOException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Path file = Files.writeString(disk.resolve("store.db"), "not a database".repeat(1000));
    mounts.readOnly(disk);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(CommitLogException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void readOnlyDisk_withoutAFileIsAnError() throws IOException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    mounts.readOnly(disk);
    assertThatThrownBy(() -> open(disk.resolve("store.db")))
        .isInstanceOf(CommitLogException.class)
        .hasMessageContaining("may write");
  }

  @Test
  void anotherWriterThroughAnotherMount_isNoticedByWhoMayOnlyRead() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Path file = disk.resolve("store.db");
    Process owner = StoreOwnerProcess.start(file);
    try (var output = StoreOwnerProcess.output(owner)) {
      assertThat(output.readLine()).isNotNull();
      Path view = mounts.readOnlyView(disk, directory.resolve("view"));
      assertThatThrownBy(() -> open(view.resolve("store.db")))
          .isInstanceOf(CommitLogException.class)
          .hasMessageContaining("in use by process " + owner.pid());
    } finally {
      owner.destroyForcibly().waitFor();
    }
  }

  @Test
  void anotherProgramWrites_startServesAndWritesLater() throws Exception {
    Path file = directory.resolve("store.db");
    Map<String, String> before = filled(directory, file, false);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try (SqliteCommitLog log = open(file)) {
        VersionedStore store = store(log);
        assertThat(shown(store)).isEqualTo(before);
        assertThat(store.durability().durable()).isFalse();
        statement.execute("ROLLBACK");
        store.writeNow(System::nanoTime);
        assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      }
    }
  }

  @Test
  void fileExchangedWhileInUse_isNotMixedWithWhatIsMissingInIt() throws Exception {
    Path file = directory.resolve("store.db");
    Path old = directory.resolve("old.db");
    try (SqliteCommitLog log = open(file)) {
      put(store(log), "a", "1");
    }
    Files.copy(file, old);
    try (SqliteCommitLog log = open(file)) {
      VersionedStore store = store(log);
      put(store, "b", "1");
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        put(store, "c", "1");
        statement.execute("ROLLBACK");
      }
      assertThat(store.durability().durable()).isFalse();
      Files.deleteIfExists(directory.resolve("store.db-wal"));
      Files.deleteIfExists(directory.resolve("store.db-shm"));
      Files.move(old, file, StandardCopyOption.REPLACE_EXISTING);
      store.writeNow(System::nanoTime);
      assertThat(store.durability().problem()).contains("exchanged").contains("restart");
    }
    assertThat(restarted(file)).hasSize(2);
  }
}
