package io.fairlead.versioning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migrations that bring a file of an older schema to the present one, in one transaction: a
 * step for each version, in order. Only a file that was examined and found sound gets here; a
 * failure leaves it as it was, and then the store serves what it read from it, is not durable, and
 * tries again.
 *
 * <p>A copy of the old file stays beside it as {@code FILE.schema-N}. It is for the way back: an
 * older release sets a newer file aside and would begin an empty store, with a new epoch. Stopped,
 * and started on the copy in the file's place, it serves what was there at the upgrade. Where there
 * is no room for a copy the migration goes on without, since nothing but the way back is lost: all
 * that the file holds comes from the registries.
 *
 * <p>The columns that are read at a start are the same in all versions so far, so a file is read as
 * it is before it is migrated; it has to be readable without that where it cannot be written. A
 * version that changes them needs a way of reading the older ones, not only a step.
 */
final class SqliteMigrations {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteMigrations.class);

  /** From one version to the next, within a transaction. */
  @FunctionalInterface
  interface Step {
    void apply(Connection connection) throws SQLException;
  }

  // The first is from version 1 to 2.
  private static final List<Step> STEPS = List.of(SqliteMigrations::toVersion2);

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
    for (int version = from; version < SqliteSchema.VERSION; version++) {
      STEPS.get(version - SqliteSchema.OLDEST).apply(connection);
    }
    if (!SqliteSchema.isExact(connection, SqliteSchema.VERSION)) {
      throw new SQLException("tables after the migration are not those of the new version");
    }
    SqliteSchema.setVersion(connection, SqliteSchema.VERSION);
    connection.commit();
    connection.setAutoCommit(true);
    LOG.info(
        "Migrated the store {} from schema version {} to {}", file, from, SqliteSchema.VERSION);
  }

  private static void toVersion2(Connection connection) throws SQLException {
    SqliteSchema.createIndexes(connection);
    SqliteRows.putMeta(
        connection, SqliteRows.COMPACTED_TO, SqliteRows.meta(connection, SqliteRows.LAST_NUMBER));
  }

  // Under its name only once it is whole.
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
