package io.fairlead.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.zip.CRC32C;

/** A store's file, with its companions, as it was at one moment. */
final class StoreCopy implements AutoCloseable {
  private static final List<String> PARTS = List.of("", "-wal", "-shm", "-journal");

  private final TempTree folder = TempTree.create();
  private final Path original;

  private StoreCopy(Path original) {
    this.original = original;
  }

  /** A copy of the store of a gateway that does not run, or whose file is not being written. */
  static StoreCopy of(Path file) {
    StoreCopy copy = new StoreCopy(file);
    copyAll(file, copy.file());
    return copy;
  }

  private Path file() {
    return folder.path().resolve("store.db");
  }

  private static void copyAll(Path from, Path to) {
    try {
      for (String part : PARTS) {
        Path source = from.resolveSibling(from.getFileName() + part);
        Path target = to.resolveSibling(to.getFileName() + part);
        Files.deleteIfExists(target);
        if (Files.exists(source)) {
          Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + from, e);
    }
  }

  /** Whether there was a file with anything in it. */
  boolean exists() {
    try {
      return Files.exists(file()) && Files.size(file()) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What SQLite says about the file: {@code ok} or what is wrong. */
  String integrity() {
    return query("PRAGMA integrity_check");
  }

  /** The number of the newest commit in it, 0 if there is none. */
  long lastNumber() {
    return Long.parseLong(query("SELECT coalesce(max(number), 0) FROM commits"));
  }

  /** The version of its tables. */
  int schema() {
    return Integer.parseInt(query("PRAGMA user_version"));
  }

  /** The names of the resources with endpoints of which it does not say what they were made of. */
  String withoutOrigin() {
    return query(
        "SELECT name FROM resources WHERE origin = ''"
            + " AND instr(encoded, CAST('fairlead.io/endpoints' AS BLOB)) = 0");
  }

  /**
   * Makes the store of a gateway that does not run one of schema version 1 or 2, as former releases
   * wrote it: without origins, with tombstones, and in version 2 with indexes of both.
   */
  static void toSchema(int version, Path file) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("ALTER TABLE resources DROP COLUMN origin");
      setChecksums(connection);
      statement.execute(
          "CREATE TABLE tombstones (type_group TEXT NOT NULL, kind TEXT NOT NULL,"
              + " name TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,"
              + " PRIMARY KEY (type_group, kind, name)) WITHOUT ROWID");
      if (version == 2) {
        statement.execute("CREATE INDEX resources_number ON resources (number)");
        statement.execute("CREATE INDEX tombstones_number ON tombstones (number)");
      }
      statement.execute("PRAGMA user_version = " + version);
      connection.commit();
    } catch (SQLException e) {
      throw new AssertionError("cannot make " + file + " an older one", e);
    }
  }

  // Of each column its length in eight bytes and itself, and of the number its eight bytes.
  private static void setChecksums(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT type_group, kind, name, version, revisions, encoded, number, rowid"
                    + " FROM resources");
        PreparedStatement update =
            connection.prepareStatement("UPDATE resources SET checksum = ? WHERE rowid = ?")) {
      while (row.next()) {
        CRC32C checksum = new CRC32C();
        for (int column = 1; column <= 6; column++) {
          byte[] bytes =
              column == 6
                  ? row.getBytes(column)
                  : row.getString(column).getBytes(StandardCharsets.UTF_8);
          checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, bytes.length));
          checksum.update(bytes);
        }
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, row.getLong(7)));
        update.setLong(1, checksum.getValue());
        update.setLong(2, row.getLong(8));
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private String query(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      StringBuilder text = new StringBuilder();
      while (rows.next()) {
        text.append(text.length() == 0 ? "" : "\n").append(rows.getString(1));
      }
      return text.toString();
    } catch (SQLException e) {
      throw new AssertionError(sql + " on a copy of " + original, e);
    }
  }

  /** Puts it back in the place of the store that is there. */
  void restore() {
    copyAll(file(), original);
  }

  @Override
  public void close() {
    folder.close();
  }
}
