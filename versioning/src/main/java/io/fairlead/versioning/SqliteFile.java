package io.fairlead.versioning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The preparation of a store's file: a sound one is read, a new one is made where there is none,
 * and one that cannot be used is set aside under another name first, with its companions, for later
 * inspection.
 */
final class SqliteFile {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);
  private static final List<String> COMPANIONS = List.of("", "-wal", "-shm", "-journal");
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * A file that was read.
   *
   * @param connection writes to it; absent if it cannot be written now
   * @param problem why not; empty if it can
   * @param begun whether there are tables in it: if not, whoever writes first makes them
   */
  record Ready(
      @Nullable Connection connection,
      String problem,
      boolean begun,
      String epoch,
      CommitLog.State state) {}

  private final Path file;
  private final Clock clock;
  private final FileOwnership ownership;
  private final SqliteMigrations migrations;

  SqliteFile(Path file, Clock clock, FileOwnership ownership) {
    this.file = file;
    this.clock = clock;
    this.ownership = ownership;
    this.migrations = new SqliteMigrations(file);
  }

  /**
   * Returns the file with every directory made that is missing and every symbolic link resolved.
   */
  static Path resolve(Path path) {
    try {
      Path absolute = path.toAbsolutePath().normalize();
      Path name = absolute.getFileName();
      Path parent = absolute.getParent();
      if (name == null || parent == null || Files.isDirectory(absolute)) {
        throw new CommitLogException("store " + path + ": (expected: a file)", null);
      }
      Files.createDirectories(parent);
      return Files.exists(absolute) ? absolute.toRealPath() : parent.toRealPath().resolve(name);
    } catch (IOException e) {
      throw new CommitLogException(
          "store "
              + path
              + ": its directory cannot be made or read (expected: a directory that"
              + " this user may write to): "
              + PlainCause.of(e),
          e);
    }
  }

  /**
   * Reads what is there, or begins a new file.
   *
   * @throws CommitLogException if it can neither be read nor begun
   */
  Ready open() {
    try {
      if (Files.exists(file) && Files.size(file) > 0) {
        SqliteExamination examination = new SqliteReading(file).examine();
        if (examination instanceof SqliteExamination.Sound sound) {
          try {
            return ready(sound);
          } catch (SQLException e) {
            examination = SqliteExamination.damaged("cannot be written: " + PlainCause.of(e));
          }
        }
        if (examination instanceof SqliteExamination.Unusable unusable) {
          setAside(unusable);
        }
      }
      return begin();
    } catch (SQLException | IOException e) {
      throw new CommitLogException(
          "store "
              + file
              + ": cannot be opened (expected: a file on a working disk"
              + " that this user may write to and no other program holds): "
              + PlainCause.of(e),
          e);
    }
  }

  // Only damage is thrown: with any other problem the content that was read is served.
  private Ready ready(SqliteExamination.Sound sound) throws SQLException {
    long number = sound.state().lastNumber();
    Connection connection = null;
    String problem = "";
    try {
      connection = connect(sound.epoch(), Set.of(number));
    } catch (CommitLogException e) {
      problem = String.valueOf(e.getMessage());
    } catch (SQLException e) {
      if (SqliteDatabase.isCorrupt(e)) {
        throw e;
      }
      problem = cannotBeWritten(e).getMessage();
    }
    return new Ready(connection, String.valueOf(problem), true, sound.epoch(), sound.state());
  }

  /** Returns the error for people: which file, and what to do. */
  CommitLogException cannotBeWritten(Exception e) {
    return new CommitLogException(
        "store "
            + file
            + ": cannot be written (expected: a working disk with free space, and a file and a"
            + " directory that this user may write to and no other program holds): "
            + PlainCause.of(e),
        e);
  }

  /**
   * Returns a connection that writes to the file that was read, migrated if need be.
   *
   * @param numbers what its last number may be: a file that was exchanged while the store is in use
   *     lacks what the store believes to be in it
   * @throws SQLException if it cannot be written
   * @throws CommitLogException if another process has it, or if it is not the same file
   */
  Connection connect(String epoch, Set<Long> numbers) throws SQLException {
    ownership.ensureExclusive();
    Connection connection = SqliteDatabase.connect(file);
    try {
      String foundEpoch = SqliteRows.meta(connection, SqliteRows.EPOCH);
      String foundNumber = SqliteRows.meta(connection, SqliteRows.LAST_NUMBER);
      if (!foundEpoch.equals(epoch)
          || numbers.stream().noneMatch(number -> foundNumber.equals(Long.toString(number)))) {
        throw new CommitLogException(
            "store "
                + file
                + ": exchanged while in use, epoch "
                + foundEpoch
                + ", last number "
                + foundNumber
                + " (expected: epoch "
                + epoch
                + ", last number "
                + numbers
                + "; a restart serves what is in the file now)",
            null);
      }
      migrations.run(connection);
      // Rewrites an existing value, so that a read-only file shows now.
      SqliteRows.putMeta(connection, SqliteRows.EPOCH, epoch);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private Ready begin() throws SQLException {
    String epoch = MemoryCommitLog.newEpoch();
    CommitLog.State nothing = new CommitLog.State(List.of(), Map.of(), 0);
    try {
      Connection connection = create(epoch);
      LOG.info("Created the store {} with epoch {}", file, epoch);
      return new Ready(connection, "", true, epoch, nothing);
    } catch (SQLException e) {
      if (!SqliteDatabase.isNoRoom(e)) {
        throw e;
      }
      String problem = String.valueOf(cannotBeWritten(e).getMessage());
      return new Ready(null, problem, false, epoch, nothing);
    }
  }

  /** Makes the tables in a file that is not there or blank, and a connection that writes to it. */
  Connection create(String epoch) throws SQLException {
    ownership.ensureExclusive();
    Connection connection = SqliteDatabase.create(file);
    try {
      connection.setAutoCommit(false);
      SqliteSchema.create(connection);
      SqliteRows.putMeta(connection, SqliteRows.EPOCH, epoch);
      SqliteRows.putMeta(connection, SqliteRows.LAST_NUMBER, "0");
      connection.commit();
      connection.setAutoCommit(true);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void setAside(SqliteExamination.Unusable unusable) {
    Path aside = freeName(unusable.word());
    try {
      for (String companion : COMPANIONS) {
        Path from = sibling(file, companion);
        if (Files.exists(from)) {
          Files.move(from, sibling(aside, companion));
        }
      }
    } catch (IOException e) {
      throw new CommitLogException(
          "store "
              + file
              + ": "
              + unusable.word()
              + " ("
              + unusable.reason()
              + "), and it cannot be set aside as "
              + aside
              + " (expected: a directory that this user may write to): "
              + PlainCause.of(e),
          e);
    }
    LOG.error(
        "The store {} is {} and was set aside as {}: {}. A new one is created; resources are served"
            + " once every registry has been read",
        file,
        unusable.word(),
        aside,
        unusable.reason());
  }

  private Path freeName(String word) {
    String name = file.getFileName() + "." + word + "-" + TIMESTAMP.format(clock.instant());
    Path aside = file.resolveSibling(name);
    for (int i = 2; Files.exists(aside); i++) {
      aside = file.resolveSibling(name + "-" + i);
    }
    return aside;
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
