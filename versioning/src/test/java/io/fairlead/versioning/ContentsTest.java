package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that changes other programs make to the set of rows, each sound by itself, are found. */
class ContentsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final SqliteCommitLog.Options OPTIONS =
      new SqliteCommitLog.Options(Duration.ofDays(7), Clock.fixed(NOW, ZoneOffset.UTC));

  private final Path directory;
  private final Path file;

  ContentsTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("store.db");
  }

  private static Resource resource(int i, String content) {
    return Resources.of("s" + i, content);
  }

  private static void commit(VersionedStore store, ChangeSet changes) {
    assertThat(store.commit(changes)).isPresent();
  }

  private void fill() {
    try (SqliteCommitLog log = SqliteCommitLog.open(file, OPTIONS)) {
      VersionedStore store = new VersionedStore(log, Clock.fixed(NOW, ZoneOffset.UTC));
      for (int i = 1; i <= 20; i++) {
        Map<String, String> note = Map.of("vip/" + i, "241.0.0." + i);
        commit(store, new ChangeSet(List.of(resource(i, "one")), List.of(), note, Set.of()));
      }
      commit(store, ChangeSet.of(List.of(resource(1, "two")), List.of(Resources.key("s2"))));
      commit(store, new ChangeSet(List.of(), List.of(), Map.of(), Set.of("vip/2")));
    }
  }

  private void run(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  private CommitLog.State reopened() {
    try (SqliteCommitLog log = SqliteCommitLog.open(file, OPTIONS)) {
      return log.load();
    }
  }

  private Path aside() {
    return directory.resolve("store.db.damaged-20260301T120000Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM resources WHERE name = 'ns/s7'",
        "DELETE FROM resources WHERE number % 2 = 0",
        "DELETE FROM resources",
        "DELETE FROM notes WHERE key = 'vip/7'",
        "DELETE FROM notes",
      })
  void open_rowsRemovedByOtherHands_isSetAside(String sql) throws Exception {
    fill();
    run(sql);
    CommitLog.State state = reopened();
    assertThat(state.resources()).isEmpty();
    assertThat(state.notes()).isEmpty();
    assertThat(aside()).exists();
  }

  @Test
  void open_rowsOfAnOlderStatePutBackByOtherHands_isSetAside() throws Exception {
    fill();
    run("CREATE TABLE kept AS SELECT * FROM resources WHERE name = 'ns/s3'");
    try (SqliteCommitLog log = openWithout("kept")) {
      VersionedStore store = new VersionedStore(log, Clock.fixed(NOW, ZoneOffset.UTC));
      commit(store, ChangeSet.of(List.of(resource(3, "newer")), List.of()));
    }
    putBack();
    assertThat(reopened().resources()).isEmpty();
    assertThat(aside()).exists();
  }

  // Another table would be damage of its own, so it waits in another file meanwhile.
  private SqliteCommitLog openWithout(String table) throws SQLException {
    run(
        "ATTACH '" + directory.resolve("other.db") + "' AS other",
        "CREATE TABLE other." + table + " AS SELECT * FROM main." + table,
        "DROP TABLE main." + table);
    return SqliteCommitLog.open(file, OPTIONS);
  }

  private void putBack() throws SQLException {
    run(
        "ATTACH '" + directory.resolve("other.db") + "' AS other",
        "INSERT OR REPLACE INTO main.resources SELECT * FROM other.kept");
  }

  @Test
  void open_nothingTouched_hasEverything() {
    fill();
    CommitLog.State state = reopened();
    assertThat(state.resources()).hasSize(19);
    assertThat(state.notes()).hasSize(19);
  }

  @Test
  void open_olderReleaseHasWrittenSince_isTakenWithoutTheCheck() {
    fill();
    try (SqliteCommitLog log = SqliteCommitLog.open(file, OPTIONS)) {
      long next = log.load().lastNumber() + 1;
      log.append(new Commit(next, NOW, ChangeSet.of(List.of(), List.of(Resources.key("s7")))));
    }
    assertThat(reopened().resources()).hasSize(18);
  }

  /** Checks that the checksum kept commit by commit equals that of the rows. */
  @Test
  void open_afterRandomCommits_isSound() {
    Random random = new Random(20261126);
    int resources = 0;
    for (int round = 0; round < 30; round++) {
      try (SqliteCommitLog log = SqliteCommitLog.open(file, OPTIONS)) {
        VersionedStore store = new VersionedStore(log, Clock.fixed(NOW, ZoneOffset.UTC));
        for (int i = 0; i < 10; i++) {
          store.commit(randomChanges(random));
        }
        resources = store.current().size(Resources.key("s1").type());
      }
      assertThat(reopened().resources()).hasSize(resources);
      assertThat(aside()).doesNotExist();
    }
  }

  private static ChangeSet randomChanges(Random random) {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      switch (random.nextInt(6)) {
        case 0 -> puts.add(resource(i, "content " + random.nextInt(3)));
        case 1 -> removals.add(Resources.key("s" + i));
        default -> {
          // Nothing about this one.
        }
      }
    }
    String note = "vip/" + random.nextInt(5);
    return random.nextBoolean()
        ? new ChangeSet(puts, removals, Map.of(note, "241.0.0." + random.nextInt(3)), Set.of())
        : new ChangeSet(puts, removals, Map.of(), Set.of(note));
  }

  @Test
  void open_afterCommitsThatWaitedForTheDisk_isSound() {
    try (SqliteCommitLog log = SqliteCommitLog.open(file, OPTIONS)) {
      FaultyCommitLog faulty = new FaultyCommitLog(log);
      VersionedStore store = new VersionedStore(faulty, Clock.fixed(NOW, ZoneOffset.UTC));
      commit(store, ChangeSet.of(List.of(resource(1, "one")), List.of()));
      faulty.failuresToCome = 1;
      commit(store, ChangeSet.of(List.of(resource(2, "two")), List.of()));
      commit(store, ChangeSet.of(List.of(resource(3, "three")), List.of(Resources.key("s1"))));
      store.writeNow(System::nanoTime);
      assertThat(store.durability().durable()).isTrue();
    }
    assertThat(reopened().resources()).hasSize(2);
    assertThat(aside()).doesNotExist();
  }
}
