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
 * <p>Since version 3 each resource has its origin. Versions 1 and 2 had a table of tombstones, and
 * version 2 indexes by number, for releases that could tell what had changed since a commit.
 *
 * <p>Pages that become free are used again by later commits, so the file is about as large as the
 * store ever was. {@code auto_vacuum=INCREMENTAL} would give them back, but it adds a map of pages
 * that each commit has to write, moves pages with each return of space, and does nothing for files
 * that exist; a store that shrank for good can be shortened with {@code VACUUM} by any SQLite tool
 * while no gateway uses it.
 */
final class SqliteSchema {
  /** "FLDR", in the file's header: a file without it is not ours. */
  static final int APPLICATION_ID = 0x464C4452;

  /** Counts up with every change of the tables; see {@link SqliteMigrations}. */
  static final int VERSION = 3;

  /** The oldest version that can be read and migrated. */
  static final int OLDEST = 1;

  /** The column that version 3 added. */
  static final String ORIGIN = "origin TEXT NOT NULL DEFAULT ''";

  private static final Map<String, String> TABLES = new LinkedHashMap<>();

  /** The tables that versions 1 and 2 had in addition or in another form. */
  private static final Map<String, String> FORMER_TABLES = new LinkedHashMap<>();

  /** Of version 2 alone. */
  private static final Map<String, String> FORMER_INDEXES = new LinkedHashMap<>();

  static {
    FORMER_INDEXES.put("resources_number", "CREATE INDEX resources_number ON resources (number)");
    FORMER_INDEXES.put(
        "tombstones_number", "CREATE INDEX tombstones_number ON tombstones (number)");
    TABLES.put(
        "meta",
        "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL,"
            + " checksum INTEGER NOT NULL) WITHOUT ROWID");
    TABLES.put("resources", resources(ORIGIN + ", "));
    FORMER_TABLES.put("resources", resources(""));
    FORMER_TABLES.put(
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

  private static String resources(String added) {
    return "CREATE TABLE resources (type_group TEXT NOT NULL, kind TEXT NOT NULL,"
        + " name TEXT NOT NULL, version TEXT NOT NULL, revisions TEXT NOT NULL,"
        + " encoded BLOB NOT NULL, first_seen INTEGER NOT NULL, number INTEGER NOT NULL,"
        + " checksum INTEGER NOT NULL, "
        + added
        + "PRIMARY KEY (type_group, kind, name))";
  }

  /** Makes the tables, within the caller's transaction. */
  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES.values()) {
        statement.execute(table);
      }
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }
    setVersion(connection, VERSION);
  }

  static void setVersion(Connection connection, int version) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = " + version);
    }
  }

  /** Whether nothing was ever made in it, as a stop during the very first start leaves it. */
  static boolean isBlank(Connection connection) throws SQLException {
    return pragma(connection, "application_id") == 0
        && pragma(connection, "user_version") == 0
        && tables(connection).isEmpty();
  }

  /** Whether the tables and indexes are those of a version, to the letter. */
  static boolean isExact(Connection connection, int version) throws SQLException {
    Map<String, String> expected = new TreeMap<>(TABLES);
    if (version < 3) {
      expected.putAll(FORMER_TABLES);
    }
    if (version == 2) {
      expected.putAll(FORMER_INDEXES);
    }
    return tables(connection).equals(expected);
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
