package io.fairlead.versioning;

import io.fairlead.versioning.SqliteDatabase.ResourceRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A commit log in a SQLite file: one transaction a commit, on the disk when {@link #append}
 * returns. The file belongs to one store of one process at a time. Operators may read it with any
 * SQLite tool while it is in use.
 *
 * <p>Threading: as {@link CommitLog} says; {@link #firstSeen} may be called from any thread. A lock
 * on this object guards the connection.
 */
public final class SqliteCommitLog implements CommitLog {
  private static final Logger log = LoggerFactory.getLogger(SqliteCommitLog.class);
  private static final Duration COMPACT_EVERY = Duration.ofHours(1);

  /**
   * What can be chosen about a log.
   *
   * @param keepHistory how long tombstones of removed resources and the list of commits are kept;
   *     positive
   * @param clock names files that are set aside
   */
  public record Options(Duration keepHistory, Clock clock) {
    /** A week of history. */
    public static final Options DEFAULT = new Options(Duration.ofDays(7), Clock.systemUTC());

    public Options {
      if (keepHistory.isNegative() || keepHistory.isZero()) {
        throw new IllegalArgumentException(
            "keepHistory: " + keepHistory + " (expected: more than 0)");
      }
    }
  }

  private final Path file;
  private final Duration keepHistory;
  private final FileOwnership ownership;
  private final String epoch;
  // All below is guarded by this.
  private @Nullable State state;
  private @Nullable Connection connection;
  private long lastNumber;
  private Instant compacted = Instant.MIN;
  private boolean closed;

  private SqliteCommitLog(
      Path file, Duration keepHistory, FileOwnership ownership, SqliteFile.Ready ready) {
    this.file = file;
    this.keepHistory = keepHistory;
    this.ownership = ownership;
    this.epoch = ready.epoch();
    this.state = ready.state();
    this.lastNumber = ready.state().lastNumber();
    this.connection = ready.connection();
  }

  /**
   * Opens a file, or makes one. One that is damaged, another program's or of a newer schema is set
   * aside as {@code FILE.WORD-TIMESTAMP}, with an error in the log, and a new one is begun.
   *
   * @throws CommitLogException if another store has the file, or if the directory or the disk does
   *     not allow it
   */
  public static SqliteCommitLog open(Path path, Options options) {
    Path file = SqliteFile.resolve(path);
    FileOwnership ownership = FileOwnership.take(file);
    try {
      SqliteFile.Ready ready = new SqliteFile(file, options.clock()).open();
      return new SqliteCommitLog(file, options.keepHistory(), ownership, ready);
    } catch (RuntimeException | Error e) {
      ownership.close();
      throw e;
    }
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public synchronized State load() {
    State loaded = state;
    if (loaded == null) {
      throw new IllegalStateException("load: called again (expected: once)");
    }
    // The store has it from now on; two copies would double the memory.
    state = null;
    return loaded;
  }

  @Override
  public synchronized void append(Commit commit) {
    checkOpen();
    if (commit.number() <= lastNumber) {
      throw new IllegalArgumentException(
          "number: " + commit.number() + " (expected: above " + lastNumber + ")");
    }
    try {
      Connection open = connection();
      open.setAutoCommit(false);
      write(open, commit);
      boolean compact = compacted.plus(COMPACT_EVERY).isBefore(commit.time());
      if (compact) {
        compact(open, commit.time().minus(keepHistory));
      }
      open.commit();
      open.setAutoCommit(true);
      lastNumber = commit.number();
      if (compact) {
        compacted = commit.time();
      }
    } catch (SQLException | RuntimeException e) {
      // The next append begins with a new connection: whatever state this one is in ends here, and
      // with it the transaction.
      disconnect();
      throw new CommitLogException(
          "store "
              + file
              + ": commit "
              + commit.number()
              + " was not written (expected: a working"
              + " disk with free space): "
              + e,
          e);
    }
  }

  private static void write(Connection connection, Commit commit) throws SQLException {
    ChangeSet changes = commit.changes();
    writePuts(connection, commit);
    writeRemovals(connection, commit);
    writeNotes(connection, changes);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO commits (number, time, puts, removals, notes)"
                + " VALUES (?, ?, ?, ?, ?)")) {
      insert.setLong(1, commit.number());
      insert.setLong(2, commit.time().toEpochMilli());
      insert.setInt(3, changes.puts().size());
      insert.setInt(4, changes.removals().size());
      insert.setInt(5, changes.notes().size() + changes.droppedNotes().size());
      insert.executeUpdate();
    }
    try (PreparedStatement update = connection.prepareStatement(SqliteFile.INSERT_META)) {
      SqliteDatabase.putPair(update, "last_number", Long.toString(commit.number()));
      update.executeUpdate();
    }
  }

  private static void writePuts(Connection connection, Commit commit) throws SQLException {
    try (PreparedStatement put =
            connection.prepareStatement(
                "INSERT INTO resources (type_group, kind, name, version, revisions, encoded,"
                    + " first_seen, number, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    + " ON CONFLICT (type_group, kind, name) DO UPDATE SET"
                    + " version = excluded.version, revisions = excluded.revisions,"
                    + " encoded = excluded.encoded, number = excluded.number,"
                    + " checksum = excluded.checksum");
        PreparedStatement revive =
            connection.prepareStatement(
                "DELETE FROM tombstones WHERE type_group = ? AND kind = ? AND name = ?")) {
      for (Resource resource : commit.changes().puts()) {
        ResourceRow row = ResourceRow.of(resource, commit.number());
        put.setString(1, row.group());
        put.setString(2, row.kind());
        put.setString(3, row.name());
        put.setString(4, row.version());
        put.setString(5, row.revisions());
        put.setBytes(6, row.encoded().toByteArray());
        put.setLong(7, commit.time().toEpochMilli());
        put.setLong(8, row.number());
        put.setLong(9, row.checksum());
        put.addBatch();
        setKey(revive, resource.key());
        revive.addBatch();
      }
      put.executeBatch();
      revive.executeBatch();
    }
  }

  private static void writeRemovals(Connection connection, Commit commit) throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement(
                "DELETE FROM resources WHERE type_group = ? AND kind = ? AND name = ?");
        PreparedStatement bury =
            connection.prepareStatement(
                "INSERT OR REPLACE INTO tombstones (type_group, kind, name, number, time)"
                    + " VALUES (?, ?, ?, ?, ?)")) {
      for (ResourceKey key : commit.changes().removals()) {
        setKey(delete, key);
        delete.addBatch();
        setKey(bury, key);
        bury.setLong(4, commit.number());
        bury.setLong(5, commit.time().toEpochMilli());
        bury.addBatch();
      }
      delete.executeBatch();
      bury.executeBatch();
    }
  }

  private static void writeNotes(Connection connection, ChangeSet changes) throws SQLException {
    try (PreparedStatement put =
            connection.prepareStatement(
                "INSERT OR REPLACE INTO notes (key, value, checksum) VALUES (?, ?, ?)");
        PreparedStatement drop = connection.prepareStatement("DELETE FROM notes WHERE key = ?")) {
      for (Map.Entry<String, String> note : changes.notes().entrySet()) {
        SqliteDatabase.putPair(put, note.getKey(), note.getValue());
        put.addBatch();
      }
      put.executeBatch();
      for (String key : changes.droppedNotes()) {
        drop.setString(1, key);
        drop.addBatch();
      }
      drop.executeBatch();
    }
  }

  private static void compact(Connection connection, Instant before) throws SQLException {
    for (String table : new String[] {"tombstones", "commits"}) {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM " + table + " WHERE time < ?")) {
        delete.setLong(1, before.toEpochMilli());
        delete.executeUpdate();
      }
    }
  }

  /** When a resource that is there now first came, or came back after it had gone. */
  public synchronized Optional<Instant> firstSeen(ResourceKey key) {
    checkOpen();
    try (PreparedStatement select =
        connection()
            .prepareStatement(
                "SELECT first_seen FROM resources WHERE type_group = ? AND kind = ? AND name = ?")) {
      setKey(select, key);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(Instant.ofEpochMilli(row.getLong(1))) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new CommitLogException("store " + file + ": " + key + " cannot be read: " + e, e);
    }
  }

  private static void setKey(PreparedStatement statement, ResourceKey key) throws SQLException {
    statement.setString(1, key.type().group());
    statement.setString(2, key.type().kind());
    statement.setString(3, key.name());
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("store " + file + ": closed (expected: open)");
    }
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = SqliteDatabase.connect(file);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        log.warn("store {}: a connection could not be closed", file, e);
      }
    }
  }

  /** Closes the file, which is then complete without its companions, and gives it free. */
  @Override
  public synchronized void close() {
    if (!closed) {
      disconnect();
      closed = true;
      ownership.close();
    }
  }
}
