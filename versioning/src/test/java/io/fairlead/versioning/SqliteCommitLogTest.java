package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteCommitLogTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final SqliteCommitLog.Options OPTIONS =
      new SqliteCommitLog.Options(Duration.ofDays(7), Clock.fixed(NOW, ZoneOffset.UTC));

  private final Path directory;
  private Path file;

  SqliteCommitLogTest(@TempDir Path directory) {
    this.directory = directory;
    file = directory.resolve("store.db");
  }

  private static Commit commit(long number, ChangeSet changes) {
    return new Commit(number, NOW.plusMillis(number), changes);
  }

  private static ChangeSet puts(Resource... resources) {
    return ChangeSet.of(List.of(resources), List.of());
  }

  private SqliteCommitLog open() {
    return SqliteCommitLog.open(file, OPTIONS);
  }

  /** Everything a log holds, in a form that compares. */
  private static Map<String, Object> content(CommitLog log) {
    CommitLog.State state = log.load();
    Map<String, Object> content = new TreeMap<>();
    for (Resource resource : state.resources()) {
      content.put(
          resource.key().toString(),
          List.of(resource.version(), resource.revisions(), resource.encoded()));
    }
    state.notes().forEach((key, value) -> content.put("note " + key, value));
    content.put("number", state.lastNumber());
    return content;
  }

  private Map<String, Object> contentOf(Path path) {
    try (SqliteCommitLog log = SqliteCommitLog.open(path, OPTIONS)) {
      return content(log);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  private long query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getLong(1) : -1;
    }
  }

  private static void update(Path path, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Test
  void open_newFileIsEmptyWithAnEpoch() {
    try (SqliteCommitLog log = open()) {
      assertThat(log.epoch()).matches("[0-9a-f]{16}");
      assertThat(content(log)).containsExactly(Map.entry("number", 0L));
    }
  }

  @Test
  void open_makesMissingDirectories() {
    file = directory.resolve("a/b/store.db");
    open().close();
    assertThat(file).exists();
  }

  @Test
  void reopen_hasEverything() {
    Resource plain = Resources.of("plain", "1");
    Resource revised =
        Resources.of(Resources.key("grüße"), "Grüße 你好 \u0000", Set.of("canary", "stable"));
    Resource other =
        Resources.of(new ResourceKey(new ResourceType("", "Odd"), "n/o"), "", Set.of());
    String epoch;
    try (SqliteCommitLog log = open()) {
      epoch = log.epoch();
      log.append(
          commit(
              5,
              new ChangeSet(
                  List.of(plain, revised, other, Resources.of("gone", "1")),
                  List.of(),
                  Map.of("vip/a", "241.0.0.1", "vip/b", "241.0.0.2"),
                  Set.of())));
      log.append(
          commit(
              9,
              new ChangeSet(
                  List.of(Resources.of("plain", "2")),
                  List.of(Resources.key("gone")),
                  Map.of("vip/a", "241.0.0.3"),
                  Set.of("vip/b"))));
    }
    try (SqliteCommitLog log = open()) {
      assertThat(log.epoch()).isEqualTo(epoch);
      Resource changed = Resources.of("plain", "2");
      assertThat(content(log))
          .isEqualTo(
              Map.of(
                  changed.key().toString(),
                  List.of(changed.version(), Set.of(), changed.encoded()),
                  revised.key().toString(),
                  List.of(revised.version(), revised.revisions(), revised.encoded()),
                  other.key().toString(),
                  List.of(other.version(), Set.of(), other.encoded()),
                  "note vip/a",
                  "241.0.0.3",
                  "number",
                  9L));
    }
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("store.db", "store.db.lock");
  }

  @Test
  void firstSeen_staysOverChangesAndStartsAgainAfterARemoval() {
    try (SqliteCommitLog log = open()) {
      log.append(commit(1, puts(Resources.of("a", "1"))));
      log.append(commit(2, puts(Resources.of("a", "2"))));
      assertThat(log.firstSeen(Resources.key("a"))).contains(NOW.plusMillis(1));
      log.append(commit(3, ChangeSet.of(List.of(), List.of(Resources.key("a")))));
      assertThat(log.firstSeen(Resources.key("a"))).isEmpty();
      log.append(commit(4, puts(Resources.of("a", "2"))));
      assertThat(log.firstSeen(Resources.key("a"))).contains(NOW.plusMillis(4));
    }
  }

  @Test
  void append_commitsAreListedForTheirTimeAndLookedThroughOnceAnHour() throws SQLException {
    Instant later = NOW.plus(Duration.ofDays(7)).plusMillis(35);
    try (SqliteCommitLog log = open()) {
      for (int number = 10; number <= 50; number += 10) {
        log.append(commit(number, puts(Resources.of("a", "" + number))));
      }
      assertThat(query("SELECT count(*) FROM commits")).isEqualTo(5);
      log.append(new Commit(60, later, puts(Resources.of("d", "1"))));
      assertThat(query("SELECT min(number) FROM commits")).isEqualTo(40);
      log.append(new Commit(70, later.plus(Duration.ofMinutes(59)), puts(Resources.of("d", "2"))));
      assertThat(query("SELECT min(number) FROM commits")).isEqualTo(40);
      log.append(new Commit(80, later.plus(Duration.ofMinutes(61)), puts(Resources.of("d", "3"))));
      assertThat(query("SELECT min(number) FROM commits")).isEqualTo(60);
      log.append(new Commit(90, NOW.plus(Duration.ofDays(15)), puts(Resources.of("d", "4"))));
      assertThat(query("SELECT count(*) FROM commits")).isEqualTo(1);
    }
    assertThat(contentOf(file)).containsEntry("number", 90L).hasSize(3);
  }

  @Test
  void append_pagesThatBecomeFreeAreUsedAgain() throws SQLException {
    long pages = 0;
    try (SqliteCommitLog log = open()) {
      for (int round = 0; round < 20; round++) {
        List<Resource> puts = new java.util.ArrayList<>();
        List<ResourceKey> removals = new java.util.ArrayList<>();
        for (int i = 0; i < 50; i++) {
          puts.add(Resources.of("r" + round + "-" + i, "x".repeat(3000)));
          removals.add(Resources.key("r" + (round - 1) + "-" + i));
        }
        log.append(commit(1 + round, ChangeSet.of(puts, removals)));
        if (round == 2) {
          pages = query("PRAGMA page_count");
        }
      }
    }
    assertThat(query("PRAGMA page_count")).isEqualTo(pages);
  }

  @Test
  void append_refusesAnOlderNumberAndTakesTheLastOneTwice() {
    try (SqliteCommitLog log = open()) {
      log.append(commit(7, puts(Resources.of("a", "1"))));
      log.append(commit(7, puts(Resources.of("a", "1"))));
      assertThatThrownBy(() -> log.append(commit(6, puts(Resources.of("b", "1")))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("6");
    }
    assertThat(contentOf(file)).containsEntry("number", 7L).hasSize(2);
  }

  @Test
  void append_whileAnotherProgramWrites_failsWholeAndWorksAfterwards() throws Exception {
    try (SqliteCommitLog log = open()) {
      log.append(commit(1, puts(Resources.of("a", "1"))));
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        assertThatThrownBy(() -> log.append(commit(2, puts(Resources.of("a", "2")))))
            .isInstanceOf(CommitLogException.class)
            .hasMessageContaining(file.getFileName().toString());
        statement.execute("ROLLBACK");
      }
      log.append(commit(3, puts(Resources.of("b", "1"))));
    }
    Resource old = Resources.of("a", "1");
    assertThat(contentOf(file))
        .containsEntry("number", 3L)
        .containsEntry(old.key().toString(), List.of(old.version(), Set.of(), old.encoded()));
  }

  @Test
  void reopen_afterAnUncleanStopHasEveryCommit() throws IOException {
    Path copy = directory.resolve("copy.db");
    try (SqliteCommitLog log = open()) {
      for (int i = 1; i <= 50; i++) {
        log.append(commit(i, puts(Resources.of("a" + i, "x".repeat(2000)))));
      }
      // As kill -9 leaves them: the main file and what was not yet carried over into it.
      Files.copy(file, copy);
      Files.copy(directory.resolve("store.db-wal"), directory.resolve("copy.db-wal"));
    }
    assertThat(contentOf(copy)).isEqualTo(contentOf(file)).hasSize(51);
  }

  @Test
  void reopen_afterAStopDuringTheFirstStartBeginsAnew() throws Exception {
    Files.createFile(file);
    assertThat(contentOf(file)).hasSize(1);
    Path blank = directory.resolve("blank.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + blank);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
    }
    assertThat(Files.size(blank)).isPositive();
    assertThat(contentOf(blank)).hasSize(1);
    assertThat(files()).noneMatch(path -> path.toString().contains("-2026"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 5000, 100_000})
  void open_notADatabaseIsSetAside(int size) throws IOException {
    byte[] text = "not a database. ".repeat(size / 16 + 1).getBytes(StandardCharsets.UTF_8);
    Files.write(file, text);
    assertThat(contentOf(file)).hasSize(1);
    assertThat(directory.resolve("store.db.damaged-20260301T120000Z")).hasBinaryContent(text);
  }

  @Test
  void open_anotherProgramsDatabaseIsSetAsideUnchanged() throws Exception {
    update(file, "CREATE TABLE theirs (a)");
    byte[] before = Files.readAllBytes(file);
    assertThat(contentOf(file)).hasSize(1);
    assertThat(directory.resolve("store.db.foreign-20260301T120000Z")).hasBinaryContent(before);
  }

  @Test
  void open_newerSchemaIsSetAsideAndStaysUsable() throws Exception {
    open().close();
    update(file, "PRAGMA user_version = " + (SqliteSchema.VERSION + 1));
    assertThat(contentOf(file)).hasSize(1);
    open().close();
    assertThat(directory.resolve("store.db.newer-20260301T120000Z")).exists();
  }

  @Test
  void open_setAsideTwiceInASecondKeepsBoth() throws Exception {
    Files.writeString(file, "one");
    open().close();
    Files.writeString(file, "two");
    open().close();
    assertThat(directory.resolve("store.db.damaged-20260301T120000Z")).hasContent("one");
    assertThat(directory.resolve("store.db.damaged-20260301T120000Z-2")).hasContent("two");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE resources SET encoded = x'00' WHERE name = 'ns/s3'",
        "UPDATE resources SET revisions = 'other' WHERE name = 'ns/s3'",
        "UPDATE resources SET name = 'ns/s3x' WHERE name = 'ns/s3'",
        "UPDATE notes SET value = '241.0.0.9'",
        "UPDATE meta SET value = '1' WHERE key = 'last_number'",
        "DELETE FROM meta WHERE key = 'epoch'",
        "UPDATE resources SET origin = 'service 1 ax' WHERE name = 'ns/s3'",
        "DROP TABLE commits",
        "CREATE INDEX theirs ON resources (number)",
        "PRAGMA user_version = 0",
      })
  void open_changedByOtherHandsIsSetAside(String sql) throws Exception {
    fill();
    update(file, sql);
    assertThat(contentOf(file)).containsExactly(Map.entry("number", 0L));
    assertThat(directory.resolve("store.db.damaged-20260301T120000Z")).exists();
  }

  private void fill() {
    try (SqliteCommitLog log = open()) {
      for (int i = 1; i <= 20; i++) {
        Resource put = Resources.of("s" + i, "body " + i + " " + "x".repeat(300));
        log.append(
            commit(
                i,
                new ChangeSet(
                    List.of(put), List.of(), Map.of("vip/" + i, "241.0.0." + i), Set.of())));
      }
    }
  }

  /** Whatever is flipped or cut off: what is served is the very content, or nothing of it. */
  @Test
  void open_randomDamageIsNeverServed() throws IOException {
    fill();
    byte[] good = Files.readAllBytes(file);
    Map<String, Object> content = contentOf(file);
    Random random = new Random(20260301);
    int setAside = 0;
    for (int i = 0; i < 150; i++) {
      byte[] bad = good.clone();
      int flips = 1 + random.nextInt(4);
      for (int flip = 0; flip < flips; flip++) {
        // Half of them in the header and the first page, where each byte means something.
        int at = random.nextBoolean() ? random.nextInt(200) : random.nextInt(bad.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(5) == 0) {
        bad = java.util.Arrays.copyOf(bad, 1 + random.nextInt(bad.length));
      }
      Path victim = directory.resolve("victim-" + i + ".db");
      Files.write(victim, bad);
      try (SqliteCommitLog log = SqliteCommitLog.open(victim, OPTIONS)) {
        Map<String, Object> found = content(log);
        if (found.size() == 1) {
          assertThat(found).containsEntry("number", 0L);
          setAside++;
        } else {
          assertThat(found).isEqualTo(content);
        }
        log.append(commit(100 + i, puts(Resources.of("after", "1"))));
      }
      delete("victim-");
    }
    assertThat(setAside).isBetween(85, 115);
  }

  private void delete(String prefix) throws IOException {
    for (Path path : files()) {
      if (path.getFileName().toString().startsWith(prefix)) {
        Files.delete(path);
      }
    }
  }

  @Test
  void open_aDamagedJournalCostsCommitsButNoSoundness() throws IOException {
    Random random = new Random(7);
    Path wal = directory.resolve("store.db-wal");
    byte[] main;
    byte[] journal;
    try (SqliteCommitLog log = open()) {
      for (int i = 1; i <= 20; i++) {
        log.append(commit(i, puts(Resources.of("s" + i, "body " + i))));
      }
      main = Files.readAllBytes(file);
      journal = Files.readAllBytes(wal);
    }
    for (int i = 0; i < 40; i++) {
      byte[] bad = journal.clone();
      bad[random.nextInt(bad.length)] ^= 1;
      Path victim = directory.resolve("victim-" + i + ".db");
      Files.write(victim, main);
      Files.write(directory.resolve("victim-" + i + ".db-wal"), bad);
      Map<String, Object> found = contentOf(victim);
      long number = (Long) java.util.Objects.requireNonNull(found.get("number"));
      assertThat(found).hasSize((int) number + 1);
      delete("victim-");
    }
  }

  @Test
  void restoredOldCopy_repeatsNoNumber() throws IOException {
    Clock clock = Clock.systemUTC();
    Path backup = directory.resolve("backup.db");
    long last;
    String epoch;
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, clock);
      store.commit(puts(Resources.of("a", "1")));
      Files.copy(file, backup);
      Files.copy(directory.resolve("store.db-wal"), directory.resolve("backup.db-wal"));
      store.commit(puts(Resources.of("a", "2")));
      store.commit(puts(Resources.of("a", "3")));
      last = store.current().number();
      epoch = store.current().epoch();
    }
    Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
    Files.move(
        directory.resolve("backup.db-wal"),
        directory.resolve("store.db-wal"),
        StandardCopyOption.REPLACE_EXISTING);
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, Clock.offset(clock, Duration.ofMillis(10)));
      assertThat(store.current().epoch()).isEqualTo(epoch);
      assertThat(store.current().number()).isLessThan(last);
      store.commit(puts(Resources.of("a", "4")));
      assertThat(store.current().number()).isGreaterThan(last);
    }
  }

  @Test
  void open_directoryThatCannotBeWrittenIsNamed() throws IOException {
    Path readOnly = Files.createDirectory(directory.resolve("readonly"));
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-xr-xr-x"));
    // The superuser may write there all the same; nobody may below /proc.
    Path unwritable = Files.isWritable(readOnly) ? Path.of("/proc/self") : readOnly;
    assertThatThrownBy(() -> SqliteCommitLog.open(unwritable.resolve("store.db"), OPTIONS))
        .isInstanceOf(CommitLogException.class)
        .hasMessageContaining("store.db")
        .hasMessageContaining("may write");
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void open_pathsThatCannotBeAFileAreNamed() throws IOException {
    assertThatThrownBy(() -> SqliteCommitLog.open(directory, OPTIONS))
        .isInstanceOf(CommitLogException.class)
        .hasMessageContaining("expected: a file");
    Path plain = Files.writeString(directory.resolve("plain"), "x");
    assertThatThrownBy(() -> SqliteCommitLog.open(plain.resolve("store.db"), OPTIONS))
        .isInstanceOf(CommitLogException.class)
        .hasMessageContaining("directory");
  }

  @Test
  void open_secondOwnerInThisProcessIsRefusedAlsoByAnotherName() {
    try (SqliteCommitLog log = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(CommitLogException.class)
          .hasMessageContaining("already open");
      Path link = directory.resolve("link.db");
      try {
        Files.createSymbolicLink(link, file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      assertThatThrownBy(() -> SqliteCommitLog.open(link, OPTIONS))
          .isInstanceOf(CommitLogException.class)
          .hasMessageContaining("already open");
      log.append(commit(1, puts(Resources.of("a", "1"))));
    }
    assertThat(contentOf(file)).containsEntry("number", 1L);
  }

  @Test
  void close_twiceIsHarmless_andNothingIsAppendedAfterwards() {
    SqliteCommitLog log = open();
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(commit(1, puts(Resources.of("a", "1")))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void options_refuseHistoryThatCannotBe() {
    assertThatThrownBy(() -> new SqliteCommitLog.Options(Duration.ZERO, Clock.systemUTC()))
        .hasMessageContaining("PT0S");
  }
}
