package io.fairlead.versioning;

import io.fairlead.versioning.SqliteRows.ResourceRow;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The result of examining every row of a file. */
sealed interface SqliteExamination {
  /** A sound store. */
  record Sound(String epoch, CommitLog.State state) implements SqliteExamination {}

  /** A file without content. */
  record Blank() implements SqliteExamination {}

  /** A file that cannot be used: it is set aside under a name with the word, for the reason. */
  record Unusable(String word, String reason) implements SqliteExamination {}

  /** A row and the checksum that it was written with. */
  record Checked(ResourceRow row, long checksum) {}

  /**
   * Rows that are checked together, on another thread than the one that reads, since a start has to
   * be fast.
   *
   * @param resources what they are
   * @param contents their checksum as a set
   * @param damaged the name of the first that is not what was written; empty if all are
   */
  record Batch(List<Resource> resources, Contents contents, String damaged) {
    static final int ROWS = 1_000;

    static Batch of(List<Checked> rows) {
      List<Resource> resources = new ArrayList<>(rows.size());
      ResourceType type = null;
      Map<String, String> shared = new HashMap<>();
      for (Checked checked : rows) {
        if (checked.row().checksum() != checked.checksum()) {
          return new Batch(List.of(), Contents.NONE, "'" + checked.row().name() + "'");
        }
        Resource resource = checked.row().toResource(type, shared);
        type = resource.key().type();
        resources.add(resource);
      }
      return new Batch(resources, Contents.of(resources, Map.of()), "");
    }
  }

  static SqliteExamination damaged(String reason) {
    return new Unusable("damaged", reason);
  }

  /**
   * Examines every row.
   *
   * @throws SQLException if the file cannot be read, for which it may not be to blame
   */
  static SqliteExamination of(Connection connection) throws SQLException {
    if (SqliteSchema.isBlank(connection)) {
      return new Blank();
    }
    int applicationId = SqliteSchema.pragma(connection, "application_id");
    if (applicationId != SqliteSchema.APPLICATION_ID) {
      return new Unusable(
          "foreign",
          "application_id: 0x"
              + Integer.toHexString(applicationId)
              + " (expected: 0x"
              + Integer.toHexString(SqliteSchema.APPLICATION_ID)
              + ")");
    }
    int version = SqliteSchema.pragma(connection, "user_version");
    if (version > SqliteSchema.VERSION) {
      return new Unusable(
          "newer",
          "schema version: " + version + " (expected: at most " + SqliteSchema.VERSION + ")");
    }
    if (version < SqliteSchema.OLDEST || !SqliteSchema.isExact(connection, version)) {
      return damaged("tables are not those of schema version " + version);
    }
    String check = quickCheck(connection);
    if (!check.equals("ok")) {
      return damaged("quick_check: " + check + " (expected: ok)");
    }
    return read(connection, version);
  }

  private static String quickCheck(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      return row.next() ? String.valueOf(row.getString(1)) : "no answer";
    }
  }

  private static SqliteExamination read(Connection connection, int version) throws SQLException {
    Map<String, String> meta = new HashMap<>();
    Map<String, String> notes = new HashMap<>();
    List<Resource> resources = new ArrayList<>();
    if (!SqliteRows.readPairs(connection, "meta", meta)
        || !SqliteRows.readPairs(connection, "notes", notes)) {
      return damaged("checksum of a note (expected: that of its content)");
    }
    String epoch = meta.get(SqliteRows.EPOCH);
    String lastNumber = meta.get(SqliteRows.LAST_NUMBER);
    if (epoch == null || lastNumber == null) {
      return damaged("meta: " + meta.keySet() + " (expected: epoch, last_number)");
    }
    List<CompletableFuture<Batch>> batches = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT " + ResourceRow.columns(version) + " FROM resources")) {
      boolean more = true;
      while (more) {
        List<Checked> rows = new ArrayList<>(Batch.ROWS);
        while (rows.size() < Batch.ROWS && (more = row.next())) {
          rows.add(new Checked(ResourceRow.read(row), row.getLong(9)));
        }
        batches.add(CompletableFuture.supplyAsync(() -> Batch.of(rows)));
      }
    }
    Contents contents = Contents.of(List.of(), notes);
    for (CompletableFuture<Batch> future : batches) {
      Batch batch = future.join();
      if (!batch.damaged().isEmpty()) {
        return damaged("checksum of resource " + batch.damaged() + " (expected: of its content)");
      }
      resources.addAll(batch.resources());
      contents = contents.and(batch.contents());
    }
    String written = meta.getOrDefault(SqliteRows.CONTENTS, "");
    String found = SqliteRows.contents(Long.parseLong(lastNumber), contents.toText());
    if (written.startsWith(lastNumber + " ") && !written.equals(found)) {
      return damaged(
          "contents: "
              + found
              + " (expected: "
              + written
              + ", that is number of the last commit, resources, their checksum, notes, theirs;"
              + " rows were removed, added or exchanged by another program)");
    }
    return new Sound(epoch, new CommitLog.State(resources, notes, Long.parseLong(lastNumber)));
  }
}
