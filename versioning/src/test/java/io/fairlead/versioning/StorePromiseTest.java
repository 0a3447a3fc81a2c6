package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/**
 * Tests of the store's promises over random commits, failing writes and crashes: no number twice,
 * and after a crash exactly the state of the last write.
 */
class StorePromiseTest {
  private @Nullable Path directory;

  @BeforeTry
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("fairlead-promise");
  }

  @AfterTry
  void deleteDirectory() throws IOException {
    Path made = Objects.requireNonNull(directory);
    try (var files = Files.list(made)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(made);
  }

  /** Fails before or after the write, as a disk does. */
  private static final class Failing implements CommitLog {
    private final SqliteCommitLog log;
    boolean broken;
    boolean brokenAfterwards;

    Failing(SqliteCommitLog log) {
      this.log = log;
    }

    @Override
    public String epoch() {
      return log.epoch();
    }

    @Override
    public State load() {
      return log.load();
    }

    @Override
    public void append(Commit commit) {
      if (broken) {
        throw new CommitLogException("disk full", null);
      }
      log.append(commit);
      if (brokenAfterwards) {
        brokenAfterwards = false;
        throw new CommitLogException("said too late", null);
      }
    }

    @Override
    public void close() {
      log.close();
    }
  }

  /** Goes forward, sometimes not at all between commits, and always over a restart. */
  private static final class TestClock extends Clock {
    long millis = 1_772_366_400_000L;

    @Override
    public java.time.ZoneId getZone() {
      return java.time.ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }
  }

  private static final class Walk {
    final Random random;
    final TestClock clock = new TestClock();
    final Set<Long> given = new HashSet<>();
    // Of each snapshot, what it shows, by number: any of them may be what was written last.
    final Map<Long, Map<String, String>> shownAt = new HashMap<>();
    final SqliteCommitLog.Options options;
    long durableNumber;
    Path file;
    Failing log;
    VersionedStore store;
    int generation;

    Walk(Path directory, long seed) {
      random = new Random(seed);
      options = new SqliteCommitLog.Options(Duration.ofMinutes(90), clock);
      file = directory.resolve("store-0.db");
      log = new Failing(SqliteCommitLog.open(file, options));
      store = new VersionedStore(log, clock);
      shownAt.put(0L, shown());
    }

    Map<String, String> shown() {
      Map<String, String> shown = new TreeMap<>();
      store.notes().forEach((key, value) -> shown.put("note " + key, value));
      for (Resource resource : store.current().resources(Resources.TYPE)) {
        shown.put(resource.key().name(), resource.version());
      }
      return shown;
    }

    void commit() {
      clock.millis += random.nextInt(3) == 0 ? 0 : random.nextInt(1000);
      Map<String, String> before = shown();
      Optional<Snapshot> made = store.commit(changes(), () -> clock.millis * 1_000_000);
      if (made.isPresent()) {
        assertThat(given.add(made.get().number())).as("a new number").isTrue();
        shownAt.put(made.get().number(), shown());
      } else {
        assertThat(shown()).isEqualTo(before);
      }
      note();
    }

    void note() {
      if (store.durability().durable()) {
        durableNumber = store.current().number();
      }
    }

    private ChangeSet changes() {
      Map<String, Resource> puts = new TreeMap<>();
      Set<ResourceKey> removals = new TreeSet<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        String name = "r" + random.nextInt(15);
        if (random.nextInt(3) == 0) {
          puts.remove(name);
          removals.add(Resources.key(name));
        } else {
          removals.remove(Resources.key(name));
          puts.put(name, Resources.of(name, "body " + random.nextInt(3)));
        }
      }
      String note = "n" + random.nextInt(4);
      boolean drop = random.nextBoolean();
      return new ChangeSet(
          List.copyOf(puts.values()),
          List.copyOf(removals),
          drop ? Map.of() : Map.of(note, "" + random.nextInt(3)),
          drop ? Set.of(note) : Set.of());
    }

    // The process ends here and now: what is left is what is on the disk.
    void crash() throws IOException {
      Path copy = file.resolveSibling("store-" + ++generation + ".db");
      Files.copy(file, copy);
      Path wal = file.resolveSibling(file.getFileName() + "-wal");
      if (Files.exists(wal)) {
        Files.copy(wal, copy.resolveSibling(copy.getFileName() + "-wal"));
      }
      log.close();
      file = copy;
      // Commits that share a millisecond run ahead of the clock; no restart is as fast as that.
      clock.millis += 1_000;
      log = new Failing(SqliteCommitLog.open(file, options));
      store = new VersionedStore(log, clock);
      long number = store.current().number();
      assertThat(number).isGreaterThanOrEqualTo(durableNumber);
      assertThat(shown()).as("state of commit %s", number).isEqualTo(shownAt.get(number));
      durableNumber = number;
    }
  }

  @Property(tries = 40)
  void walk_keepsThePromise(@ForAll long seed) throws Exception {
    Walk walk = new Walk(Objects.requireNonNull(directory), seed);
    for (int step = 0; step < 60; step++) {
      switch (walk.random.nextInt(10)) {
        case 0 -> walk.log.broken = !walk.log.broken;
        case 1 -> walk.log.brokenAfterwards = true;
        case 2 -> {
          if (walk.random.nextInt(3) == 0) {
            walk.crash();
          }
        }
        case 3 -> walk.clock.millis += Duration.ofMinutes(walk.random.nextInt(60)).toMillis();
        case 4 -> {
          walk.store.writeIfDue(() -> walk.clock.millis * 1_000_000);
          walk.note();
        }
        default -> walk.commit();
      }
    }
    walk.log.broken = false;
    walk.log.brokenAfterwards = false;
    walk.store.writeNow(() -> 0);
    assertThat(walk.store.durability()).isEqualTo(Durability.DURABLE);
    walk.note();
    Map<String, String> end = walk.shown();
    walk.crash();
    assertThat(walk.shown()).isEqualTo(end);
    walk.log.close();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + walk.file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
      assertThat(row.getString(1)).isEqualTo("ok");
    }
  }
}
