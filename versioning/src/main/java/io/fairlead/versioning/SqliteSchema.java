package io.fairlead.versioning;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tables of a store's file.
 *
 * <p>Resources and tombstones carry the number of the commit that last touched them, so what
 * changed since a number can be read from these two tables, as far back as tombstones are kept.
 */
final class SqliteSchema {
  /** "FLDR", in the file's header: a file without it is not ours. */
  static final int APPLICATION_ID = 0x464C4452;

  /** Counts up with every change of the tables. */
  static final int VERSION = 1;

  private static final Map<String, String> TABLES = new LinkedHashMap<>();

  static {
    TABLES.put(
        "meta",
        "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL,"
            + " checksum INTEGER NOT NULL) WITHOUT ROWID");
    TABLES.put(
        "resources",
        "CREATE TABLE resources (type_group TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
            + " version TEXT NOT NULL, revisions TEXT NOT NULL, encoded BLOB NOT NULL,"
            + " first_seen INTEGER NOT NULL, number INTEGER NOT NULL, checksum INTEGER NOT NULL,"
            + " PRIMARY KEY (type_group, kind, name))");
    TABLES.put(
        "tombstones",
        "CREATE TABLE tombstones (type_group TEXT NOT NULL, kind TEXT NOT NULL,"
            + " name TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,"
            + " PRIMARY KEY (type_group, kind, name)) WITHOUT ROWID");
    TABLES.put(
        "commits",
        "CREATE TABLE commits (number INTEGER NOT NULL PRIMARY KEY, time INTEGER NOT NULL,"
            + " puts INTEGER NOT NULL, removals INTEGER NOT NULL, notes INTEGER NOT NULL)");
    TABLES.put(
        "notes",
        "CREATE TABLE notes (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL,"
            + " checksum INTEGER NOT NULL) WITHOUT ROWID");
  }

  private SqliteSchema() {}

  /** Makes the tables, within the caller's transaction. */
  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES.values()) {
        statement.execute(table);
      }
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
      statement.execute("PRAGMA user_version = " + VERSION);
    }
  }

  /** Whether nothing was ever made in it, as a stop during the very first start leaves it. */
  static boolean isBlank(Connection connection) throws SQLException {
    return pragma(connection, "application_id") == 0
        && pragma(connection, "user_version") == 0
        && tables(connection).isEmpty();
  }

  /** Whether the tables are those of {@link #VERSION}, to the letter. */
  static boolean isExact(Connection connection) throws SQLException {
    return tables(connection).equals(new TreeMap<>(TABLES));
  }

  static int pragma(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA " + name)) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private static Map<String, String> tables(Connection connection) throws SQLException {
    Map<String, String> found = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")) {
      while (row.next()) {
        found.put(row.getString(1), row.getString(2));
      }
    }
    return found;
  }
}
