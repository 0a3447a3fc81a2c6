package io.fairlead.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

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

  /**
   * Makes the store of a gateway that does not run one of schema version 1, as the first release
   * wrote it: without what the migration to version 2 adds.
   */
  static void toSchema1(Path file) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP INDEX resources_number");
      statement.execute("DROP INDEX tombstones_number");
      statement.execute("DELETE FROM meta WHERE key = 'compacted_to'");
      statement.execute("PRAGMA user_version = 1");
    } catch (SQLException e) {
      throw new AssertionError("cannot make " + file + " an older one", e);
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
