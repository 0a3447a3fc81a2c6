package io.fairlead.versioning;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** The connections to a file as a SQLite database, and the meaning of their errors. */
final class SqliteDatabase {
  private static final int BUSY_MILLIS = 5_000;
  private static final int MAX_WAL_BYTES = 64 << 20;

  private static final Set<Integer> ABOUT_THE_FILE =
      Set.of(
          SQLiteErrorCode.SQLITE_ERROR.code,
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_NOTADB.code,
          SQLiteErrorCode.SQLITE_MISMATCH.code,
          SQLiteErrorCode.SQLITE_TOOBIG.code,
          SQLiteErrorCode.SQLITE_CONSTRAINT.code,
          SQLiteErrorCode.SQLITE_SCHEMA.code);

  private static final Set<Integer> CORRUPT =
      Set.of(SQLiteErrorCode.SQLITE_CORRUPT.code, SQLiteErrorCode.SQLITE_NOTADB.code);

  private static final Set<Integer> NO_ROOM =
      Set.of(SQLiteErrorCode.SQLITE_FULL.code, SQLiteErrorCode.SQLITE_IOERR.code);

  private SqliteDatabase() {}

  /**
   * Returns a connection that writes to a file that is there: WAL, so that operators can read while
   * the gateway writes; synchronous=FULL, so that what was served is on the disk even if the power
   * fails.
   */
  static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = writing();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return open(config, file);
  }

  /** As {@link #connect}, of a file that may have to be made. */
  static Connection create(Path file) throws SQLException {
    return open(writing(), file);
  }

  /**
   * Returns a connection to look at a file: without the settings of {@link #connect}, since they
   * would change a file that is not ours.
   */
  static Connection read(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return open(config, file);
  }

  /**
   * As {@link #read}, where there is no room for the memory that connections share (the {@code
   * -shm} file): whoever locks the file for himself has that index in his own memory.
   */
  static Connection readAlone(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    return open(config, file);
  }

  /**
   * As {@link #read}, of a file that cannot change and has nothing beside it: what is in its {@code
   * -wal} file would be passed over.
   */
  static Connection readImmutable(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    // As an encoded URI, so that no character of the path has a special meaning.
    return config.createConnection(
        "jdbc:sqlite:file:" + file.toUri().getRawPath() + "?immutable=1");
  }

  private static Connection open(SQLiteConfig config, Path file) throws SQLException {
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private static SQLiteConfig writing() {
    SQLiteConfig config = config();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(MAX_WAL_BYTES);
    return config;
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  /**
   * Whether an error of reading is one of the file's content. An error of the disk, of rights or of
   * another program's lock must never set a good file aside.
   */
  static boolean isAboutTheFile(SQLException e) {
    return !(e instanceof SQLiteException) || ABOUT_THE_FILE.contains(code(e));
  }

  /** Whether an error, also one of writing, says that the file is damaged. */
  static boolean isCorrupt(SQLException e) {
    return CORRUPT.contains(code(e));
  }

  /** Whether the disk has no room, or fails. */
  static boolean isNoRoom(SQLException e) {
    return NO_ROOM.contains(code(e));
  }

  /** Whether another program holds the file. */
  static boolean isBusy(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_BUSY.code;
  }

  // The low byte is the kind of error, the rest are details.
  private static int code(SQLException e) {
    return e instanceof SQLiteException known ? known.getResultCode().code & 0xff : -1;
  }
}
