package io.fairlead.versioning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration that brings a file of an older schema to the present one, in one transaction. Only
 * a file that was examined and found sound gets here; a failure leaves it as it was, and then the
 * store serves what it read from it, is not durable, and tries again.
 *
 * <p>A copy of the old file stays beside it as {@code FILE.schema-N}. It is for the way back: an
 * older release sets a newer file aside and would begin an empty store, with a new epoch. Stopped,
 * and started on the copy in the file's place, it serves what was there at the upgrade. Where there
 * is no room for a copy the migration goes on without, since nothing but the way back is lost: all
 * that the file holds comes from the registries.
 *
 * <p>A file is read as it is before it is migrated ({@code ResourceRow.columns}), since it has to
 * be readable where it cannot be written. Rows are not rewritten: those of versions 1 and 2 have no
 * origin until whoever commits puts them with one.
 */
final class SqliteMigrations {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteMigrations.class);

  private final Path file;
  // Whether this process has made or given up the copy: a migration that fails is tried again, the
  // copy of the same content is not.
  private boolean copied;

  SqliteMigrations(Path file) {
    this.file = file;
  }

  /**
   * Migrates what is older than the present version.
   *
   * @param connection in auto-commit mode
   * @throws SQLException if the file cannot be written, or has another schema than it says
   */
  void run(Connection connection) throws SQLException {
    int from = SqliteSchema.pragma(connection, "user_version");
    if (from == SqliteSchema.VERSION) {
      return;
    }
    if (from < SqliteSchema.OLDEST || from > SqliteSchema.VERSION) {
      throw new SQLException(
          "schema version: " + from + " (expected: 1 to " + SqliteSchema.VERSION + ")");
    }
    if (!copied) {
      copy(connection, from);
      copied = true;
    }
    connection.setAutoCommit(false);
    toVersion3(connection);
    if (!SqliteSchema.isExact(connection, SqliteSchema.VERSION)) {
      throw new SQLException("tables after the migration are not those of the new version");
    }
    SqliteSchema.setVersion(connection, SqliteSchema.VERSION);
    connection.commit();
    connection.setAutoCommit(true);
    LOG.info(
        "Migrated the store {} from schema version {} to {}", file, from, SqliteSchema.VERSION);
  }

  // The additions of version 2 to version 1 are gone, so one step migrates both.
  private static void toVersion3(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE tombstones");
      statement.execute("DROP INDEX IF EXISTS resources_number");
      statement.execute("DELETE FROM meta WHERE key = 'compacted_to'");
      statement.execute("ALTER TABLE resources ADD COLUMN " + SqliteSchema.ORIGIN);
    }
  }

  // Gets its name only when it is complete.
  private void copy(Connection connection, int version) {
    Path copy = file.resolveSibling(file.getFileName() + ".schema-" + version);
    Path part = file.resolveSibling(file.getFileName() + ".schema-" + version + ".part");
    try {
      Files.deleteIfExists(part);
      try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
        vacuum.setString(1, part.toString());
        vacuum.execute();
      }
      Files.move(part, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      LOG.info("Kept the store {} in schema version {} as {}", file, version, copy);
    } catch (SQLException | IOException e) {
      LOG.warn(
          "The store {} could not be kept in schema version {} as {} (expected: room for a copy);"
              + " it is migrated without one",
          file,
          version,
          copy,
          e);
      try {
        Files.deleteIfExists(part);
      } catch (IOException left) {
        LOG.warn("The file {} is left over and may be deleted", part, left);
      }
    }
  }
}
