package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Opens a file as a SQLite database and finds out whether it may be used. */
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

  /** What a file turned out to be. */
  sealed interface Examination {
    /** A sound store. */
    record Sound(String epoch, CommitLog.State state) implements Examination {}

    /** Nothing in it yet. */
    record Blank() implements Examination {}

    /** Not to be used: set aside under a name with the word, for the reason. */
    record Unusable(String word, String reason) implements Examination {}
  }

  private SqliteDatabase() {}

  /**
   * A connection: WAL, so that operators can read while the gateway writes; synchronous=FULL, so
   * that what was served is on the disk even if the power fails.
   */
  static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = config();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(MAX_WAL_BYTES);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  /**
   * Looks at every row of a file that is there.
   *
   * @throws SQLException if the disk or another program keeps it from being read, which says
   *     nothing about the file
   */
  static Examination examine(Path file) throws SQLException {
    // Without the settings of connect(): they would change a file that is not ours.
    try (Connection connection = config().createConnection("jdbc:sqlite:" + file)) {
      if (SqliteSchema.isBlank(connection)) {
        return new Examination.Blank();
      }
      int applicationId = SqliteSchema.pragma(connection, "application_id");
      if (applicationId != SqliteSchema.APPLICATION_ID) {
        return new Examination.Unusable(
            "foreign",
            "application_id: 0x"
                + Integer.toHexString(applicationId)
                + " (expected: 0x"
                + Integer.toHexString(SqliteSchema.APPLICATION_ID)
                + ")");
      }
      int version = SqliteSchema.pragma(connection, "user_version");
      if (version > SqliteSchema.VERSION) {
        return new Examination.Unusable(
            "newer",
            "schema version: " + version + " (expected: at most " + SqliteSchema.VERSION + ")");
      }
      if (version != SqliteSchema.VERSION || !SqliteSchema.isExact(connection)) {
        return damaged("tables are not those of schema version " + SqliteSchema.VERSION);
      }
      String check = quickCheck(connection);
      if (!check.equals("ok")) {
        return damaged("quick_check: " + check + " (expected: ok)");
      }
      return read(connection);
    } catch (SQLException e) {
      if (isAboutTheFile(e)) {
        return damaged(e.toString());
      }
      throw e;
    }
  }

  private static Examination damaged(String reason) {
    return new Examination.Unusable("damaged", reason);
  }

  /**
   * Whether an error is one of the file's content. An error of the disk, of rights or of another
   * program's lock must never set a good file aside.
   */
  static boolean isAboutTheFile(SQLException e) {
    if (!(e instanceof SQLiteException known)) {
      return true;
    }
    int code = known.getResultCode().code;
    // Of the ways in which a file can be read-only, only the plain one comes from its content: a
    // format number in the header that this SQLite cannot write.
    return code == SQLiteErrorCode.SQLITE_READONLY.code || ABOUT_THE_FILE.contains(code & 0xff);
  }

  private static String quickCheck(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      return row.next() ? String.valueOf(row.getString(1)) : "no answer";
    }
  }

  private static Examination read(Connection connection) throws SQLException {
    Map<String, String> meta = new HashMap<>();
    Map<String, String> notes = new HashMap<>();
    List<Resource> resources = new ArrayList<>();
    if (!readPairs(connection, "meta", meta) || !readPairs(connection, "notes", notes)) {
      return damaged("checksum of a note (expected: that of its content)");
    }
    String epoch = meta.get("epoch");
    String lastNumber = meta.get("last_number");
    if (epoch == null || lastNumber == null) {
      return damaged("meta: " + meta.keySet() + " (expected: epoch, last_number)");
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT type_group, kind, name, version, revisions, encoded, number, checksum"
                    + " FROM resources")) {
      while (row.next()) {
        ResourceRow read =
            new ResourceRow(
                text(row, 1),
                text(row, 2),
                text(row, 3),
                text(row, 4),
                text(row, 5),
                bytes(row, 6),
                row.getLong(7));
        if (read.checksum() != row.getLong(8)) {
          return damaged("checksum of resource " + read.name() + " (expected: of its content)");
        }
        resources.add(read.toResource());
      }
    }
    return new Examination.Sound(
        epoch, new CommitLog.State(resources, notes, Long.parseLong(lastNumber)));
  }

  private static boolean readPairs(Connection connection, String table, Map<String, String> into)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT key, value, checksum FROM " + table)) {
      while (row.next()) {
        String key = text(row, 1);
        String value = text(row, 2);
        if (row.getLong(3) != pairChecksum(key, value)) {
          return false;
        }
        into.put(key, value);
      }
      return true;
    }
  }

  static long pairChecksum(String key, String value) {
    return new RowChecksum().add(key).add(value).value();
  }

  static void putPair(PreparedStatement put, String key, String value) throws SQLException {
    put.setString(1, key);
    put.setString(2, value);
    put.setLong(3, pairChecksum(key, value));
  }

  // A damaged cell may read as null.
  private static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  private static ByteString bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** A row of the table of resources. */
  record ResourceRow(
      String group,
      String kind,
      String name,
      String version,
      String revisions,
      ByteString encoded,
      long number) {
    private static final String SEPARATOR = "\n";

    static ResourceRow of(Resource resource, long number) {
      return new ResourceRow(
          resource.key().type().group(),
          resource.key().type().kind(),
          resource.key().name(),
          resource.version(),
          String.join(SEPARATOR, new TreeSet<>(resource.revisions())),
          resource.encoded(),
          number);
    }

    Resource toResource() {
      return Resource.stored(
          new ResourceKey(new ResourceType(group, kind), name),
          version,
          revisions.isEmpty() ? Set.of() : Set.of(revisions.split(SEPARATOR)),
          encoded);
    }

    long checksum() {
      return new RowChecksum()
          .add(group)
          .add(kind)
          .add(name)
          .add(version)
          .add(revisions)
          .add(encoded.toByteArray())
          .add(number)
          .value();
    }
  }
}
