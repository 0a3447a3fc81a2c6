package io.fairlead.versioning;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
  private static final Logger LOG = LoggerFactory.getLogger(SqliteCommitLog.class);
  // With a commit and never without one: only commits add to the list, so a store to which nothing
  // is committed does not grow, and its next commit comes to it.
  private static final Duration COMPACT_EVERY = Duration.ofHours(1);

  /**
   * The options of a log.
   *
   * @param keepHistory how long the list of commits is kept, for people who look into the file;
   *     positive
   * @param clock names files that are set aside
   */
  public record Options(Duration keepHistory, Clock clock) {
    /** The default: a week of history. */
    public static final Options DEFAULT = new Options(Duration.ofDays(7), Clock.systemUTC());

    public Options {
      if (keepHistory.isNegative() || keepHistory.isZero()) {
        throw new IllegalArgumentException(
            "keepHistory: " + keepHistory + " (expected: more than 0)");
      }
    }
  }

  private final Path path;
  private final SqliteFile file;
  private final Duration keepHistory;
  private final FileOwnership ownership;
  private final String epoch;
  // All below is guarded by this.
  private @Nullable State state;
  private String problem;
  private boolean begun;
  private @Nullable Connection connection;
  private long lastNumber;
  // The number of an append that failed, perhaps only after it was on the disk.
  private long attempted;
  private Instant compacted = Instant.MIN;
  private boolean closed;

  private SqliteCommitLog(
      Path path,
      SqliteFile file,
      Duration keepHistory,
      FileOwnership ownership,
      SqliteFile.Ready ready) {
    this.path = path;
    this.file = file;
    this.keepHistory = keepHistory;
    this.ownership = ownership;
    this.epoch = ready.epoch();
    this.state = ready.state();
    this.problem = ready.problem();
    this.begun = ready.begun();
    this.lastNumber = ready.state().lastNumber();
    this.attempted = lastNumber;
    this.connection = ready.connection();
  }

  /**
   * Opens a file, or makes one. One that is damaged, another program's or of a newer schema is set
   * aside as {@code FILE.WORD-TIMESTAMP}, with an error in the log, and a new one is begun. One
   * that can be read but not written (a full disk, a read-only file system, another program's lock)
   * is read, and {@link #problem()} says why it is not written.
   *
   * @throws CommitLogException if another store has the file, or if it can neither be read nor made
   */
  public static SqliteCommitLog open(Path path, Options options) {
    Path resolved = SqliteFile.resolve(path);
    FileOwnership ownership = FileOwnership.take(resolved);
    try {
      SqliteLibrary.load(Objects.requireNonNull(resolved.getParent()));
      SqliteFile file = new SqliteFile(resolved, options.clock(), ownership);
      SqliteFile.Ready ready = file.open();
      return new SqliteCommitLog(resolved, file, options.keepHistory(), ownership, ready);
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
    // Dropped, since the store holds it from now on and two copies would double the memory.
    state = null;
    return loaded;
  }

  @Override
  public synchronized void append(Commit commit) {
    checkOpen();
    // A repeated number is a commit that the writer does not know to be here already.
    if (commit.number() < lastNumber) {
      throw new IllegalArgumentException(
          "number: " + commit.number() + " (expected: at least " + lastNumber + ")");
    }
    try {
      Connection open = connection();
      attempted = commit.number();
      open.setAutoCommit(false);
      SqliteWriter writer = new SqliteWriter(open);
      writer.write(commit);
      boolean compact = compacted.plus(COMPACT_EVERY).isBefore(commit.time());
      if (compact) {
        writer.compact(commit.time().minus(keepHistory));
      }
      open.commit();
      open.setAutoCommit(true);
      lastNumber = commit.number();
      if (compact) {
        compacted = commit.time();
      }
    } catch (SQLException | RuntimeException e) {
      throw failed(e);
    }
  }

  @Override
  public synchronized void probe() {
    checkOpen();
    try {
      SqliteRows.putMeta(connection(), SqliteRows.EPOCH, epoch);
    } catch (SQLException | RuntimeException e) {
      throw failed(e);
    }
  }

  // The next try begins with a new connection: whatever state this one is in ends here, and with it
  // the transaction.
  private CommitLogException failed(Exception e) {
    disconnect();
    return e instanceof CommitLogException known ? known : file.cannotBeWritten(e);
  }

  @Override
  public synchronized Optional<String> problem() {
    return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
  }

  /**
   * Returns when a resource that is there now first came, or came back after it had gone; nothing
   * for one that is not written.
   */
  public synchronized Optional<Instant> firstSeen(ResourceKey key) {
    checkOpen();
    try {
      return read(open -> firstSeen(open, key));
    } catch (SQLException e) {
      throw new CommitLogException(
          "store " + path + ": " + key + " cannot be read: " + PlainCause.of(e), e);
    }
  }

  /**
   * The commit that last wrote a resource.
   *
   * @param number its number
   * @param time its time; empty if the list of commits does not go back so far
   */
  public record LastWrite(long number, Optional<Instant> time) {}

  /** Returns the commit that last wrote a resource; nothing for one that is not written. */
  public synchronized Optional<LastWrite> lastWrite(ResourceKey key) {
    checkOpen();
    try {
      return read(open -> lastWrite(open, key));
    } catch (SQLException e) {
      throw new CommitLogException(
          "store " + path + ": " + key + " cannot be read: " + PlainCause.of(e), e);
    }
  }

  private static Optional<LastWrite> lastWrite(Connection open, ResourceKey key)
      throws SQLException {
    try (PreparedStatement select =
        open.prepareStatement(
            "SELECT resources.number, commits.time FROM resources LEFT JOIN commits ON"
                + " commits.number = resources.number WHERE type_group = ? AND kind = ? AND name ="
                + " ?")) {
      SqliteWriter.setKey(select, key);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long time = row.getLong(2);
        return Optional.of(
            new LastWrite(
                row.getLong(1),
                row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(time))));
      }
    }
  }

  private static Optional<Instant> firstSeen(Connection open, ResourceKey key) throws SQLException {
    try (PreparedStatement select =
        open.prepareStatement(
            "SELECT first_seen FROM resources WHERE type_group = ? AND kind = ? AND name = ?")) {
      SqliteWriter.setKey(select, key);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(Instant.ofEpochMilli(row.getLong(1))) : Optional.empty();
      }
    }
  }

  @FunctionalInterface
  private interface Query<T> {
    T on(Connection open) throws SQLException;
  }

  // Where nothing can be written it is the reader's own connection: a question must not cost the
  // seconds that a try to write may take.
  private <T> T read(Query<T> query) throws SQLException {
    Connection open = connection;
    if (open != null) {
      return query.on(open);
    }
    try (Connection own = SqliteDatabase.read(path)) {
      return query.on(own);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("store " + path + ": closed (expected: open)");
    }
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open =
          begun
              ? file.connect(epoch, Set.copyOf(List.of(lastNumber, attempted)))
              : file.create(epoch);
      begun = true;
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
        LOG.warn("store {}: a connection could not be closed", path, e);
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
