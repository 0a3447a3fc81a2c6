package io.fairlead.versioning;

import io.fairlead.versioning.SqliteRows.ResourceRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/** Writes commits to the tables, within the caller's transaction. */
final class SqliteWriter {
  // Statements that the driver is given at a time: it keeps what they are to write until then, and
  // a
  // first whole view would be in memory once more.
  private static final int BATCH = 1_000;

  private final Connection connection;

  SqliteWriter(Connection connection) {
    this.connection = connection;
  }

  void write(Commit commit) throws SQLException {
    ChangeSet changes = commit.changes();
    writePuts(commit);
    writeRemovals(commit);
    writeNotes(changes);
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
    SqliteRows.putMeta(connection, SqliteRows.LAST_NUMBER, Long.toString(commit.number()));
    if (commit.contents().isPresent()) {
      SqliteRows.putMeta(
          connection,
          SqliteRows.CONTENTS,
          SqliteRows.contents(commit.number(), commit.contents().get()));
    }
  }

  private void writePuts(Commit commit) throws SQLException {
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
      int waiting = 0;
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
        if (++waiting % BATCH == 0) {
          put.executeBatch();
          revive.executeBatch();
        }
      }
      put.executeBatch();
      revive.executeBatch();
    }
  }

  private void writeRemovals(Commit commit) throws SQLException {
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

  private void writeNotes(ChangeSet changes) throws SQLException {
    try (PreparedStatement put =
            connection.prepareStatement(
                "INSERT OR REPLACE INTO notes (key, value, checksum) VALUES (?, ?, ?)");
        PreparedStatement drop = connection.prepareStatement("DELETE FROM notes WHERE key = ?")) {
      int waiting = 0;
      for (Map.Entry<String, String> note : changes.notes().entrySet()) {
        SqliteRows.putPair(put, note.getKey(), note.getValue());
        put.addBatch();
        if (++waiting % BATCH == 0) {
          put.executeBatch();
        }
      }
      put.executeBatch();
      for (String key : changes.droppedNotes()) {
        drop.setString(1, key);
        drop.addBatch();
      }
      drop.executeBatch();
    }
  }

  /** Forgets tombstones and commits from before an instant, and notes how far that went. */
  void compact(Instant before) throws SQLException {
    long compactedTo = Long.parseLong(SqliteRows.meta(connection, SqliteRows.COMPACTED_TO));
    long newest = compactedTo;
    for (String table : new String[] {"tombstones", "commits"}) {
      try (PreparedStatement oldest =
              connection.prepareStatement("SELECT max(number) FROM " + table + " WHERE time < ?");
          PreparedStatement delete =
              connection.prepareStatement("DELETE FROM " + table + " WHERE time < ?")) {
        oldest.setLong(1, before.toEpochMilli());
        try (ResultSet row = oldest.executeQuery()) {
          // No row gives null, which reads as 0.
          newest = Math.max(newest, row.next() ? row.getLong(1) : 0);
        }
        delete.setLong(1, before.toEpochMilli());
        delete.executeUpdate();
      }
    }
    if (newest > compactedTo) {
      SqliteRows.putMeta(connection, SqliteRows.COMPACTED_TO, Long.toString(newest));
    }
  }

  static void setKey(PreparedStatement statement, ResourceKey key) throws SQLException {
    statement.setString(1, key.type().group());
    statement.setString(2, key.type().kind());
    statement.setString(3, key.name());
  }
}
