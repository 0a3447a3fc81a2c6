package io.fairlead.versioning;

import io.fairlead.versioning.SqliteRows.ResourceRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what changed since a number; see {@link CommitLog#since}. */
final class SqliteSince {
  private final Connection connection;

  SqliteSince(Connection connection) {
    this.connection = connection;
  }

  Optional<CommitLog.Since> read(long number) throws SQLException {
    // One view of the file for all that is read, although one thread alone writes it.
    connection.setAutoCommit(false);
    try {
      long upTo = Long.parseLong(SqliteRows.meta(connection, SqliteRows.LAST_NUMBER));
      return number == upTo || isRemembered(number)
          ? Optional.of(new CommitLog.Since(upTo, changed(number), removed(number)))
          : Optional.empty();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  // A number that is not in the list of commits is one of another line of events, and who stands
  // there knows of things that were never removed here.
  private boolean isRemembered(long number) throws SQLException {
    String compactedTo = SqliteRows.meta(connection, SqliteRows.COMPACTED_TO);
    // It is missing from a file of version 1 that cannot be written, and so not be migrated.
    if (compactedTo.isEmpty() || number < Long.parseLong(compactedTo)) {
      return false;
    }
    if (number == 0) {
      return true;
    }
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM commits WHERE number = ?")) {
      select.setLong(1, number);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private List<Resource> changed(long number) throws SQLException {
    List<Resource> changed = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT " + ResourceRow.COLUMNS + " FROM resources WHERE number > ? ORDER BY number")) {
      select.setLong(1, number);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ResourceRow read = ResourceRow.read(row);
          if (read.checksum() != row.getLong(8)) {
            throw new SQLException("checksum of resource " + read.name() + ": not its content's");
          }
          changed.add(read.toResource());
        }
      }
    }
    return changed;
  }

  private List<ResourceKey> removed(long number) throws SQLException {
    List<ResourceKey> removed = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT type_group, kind, name FROM tombstones WHERE number > ? ORDER BY number")) {
      select.setLong(1, number);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          removed.add(
              new ResourceKey(
                  new ResourceType(SqliteRows.text(row, 1), SqliteRows.text(row, 2)),
                  SqliteRows.text(row, 3)));
        }
      }
    }
    return removed;
  }
}
