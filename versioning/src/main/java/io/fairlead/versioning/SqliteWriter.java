package io.fairlead.versioning;

import io.fairlead.versioning.SqliteRows.ResourceRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/** A writer of commits to the tables, within the caller's transaction. */
final class SqliteWriter {
  // Statements that the driver is given at a time: it keeps what they are to write until then, and
  // a first whole view would be in memory once more.
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
                + " first_seen, number, checksum, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (type_group, kind, name) DO UPDATE SET"
                + " version = excluded.version, revisions = excluded.revisions,"
                + " encoded = excluded.encoded, number = excluded.number,"
                + " checksum = excluded.checksum, origin = excluded.origin")) {
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
        put.setString(10, row.origin());
        put.addBatch();
        if (++waiting % BATCH == 0) {
          put.executeBatch();
        }
      }
      put.executeBatch();
    }
  }

  private void writeRemovals(Commit commit) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM resources WHERE type_group = ? AND kind = ? AND name = ?")) {
      for (ResourceKey key : commit.changes().removals()) {
        setKey(delete, key);
        delete.addBatch();
      }
      delete.executeBatch();
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

  /** Forgets commits from before an instant. */
  void compact(Instant before) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM commits WHERE time < ?")) {
      delete.setLong(1, before.toEpochMilli());
      delete.executeUpdate();
    }
  }

  static void setKey(PreparedStatement statement, ResourceKey key) throws SQLException {
    statement.setString(1, key.type().group());
    statement.setString(2, key.type().kind());
    statement.setString(3, key.name());
  }
}
