package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The encoding of a store's rows, each with a checksum. */
final class SqliteRows {
  /** Sets a pair of the table {@code meta}; filled by {@link #putPair}. */
  static final String INSERT_META =
      "INSERT INTO meta (key, value, checksum) VALUES (?, ?, ?)"
          + " ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum";

  static final String EPOCH = "epoch";
  static final String LAST_NUMBER = "last_number";

  /**
   * The number of a commit, and the {@link Contents} after it. If it is another number than the
   * last one, an older release has written to the file since, which knows nothing of it.
   */
  static final String CONTENTS = "contents";

  private SqliteRows() {}

  /** Returns a value of {@link #CONTENTS}. */
  static String contents(long number, String contents) {
    return number + " " + contents;
  }

  static void putMeta(Connection connection, String key, String value) throws SQLException {
    try (PreparedStatement put = connection.prepareStatement(INSERT_META)) {
      putPair(put, key, value);
      put.executeUpdate();
    }
  }

  /** Returns a pair of the table {@code meta}; empty if it is not there. */
  static String meta(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT value FROM meta WHERE key = ?")) {
      select.setString(1, key);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? text(row, 1) : "";
      }
    }
  }

  static boolean readPairs(Connection connection, String table, Map<String, String> into)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT key, value, checksum FROM " + table)) {
      while (row.next()) {
        String key = text(row, 1);
        String value = text(row, 2);
        if (row.getLong(3) != pairChecksum(key, value)) {
          return false;
        }
        into.put(key, value);
      }
      return true;
    }
  }

  static long pairChecksum(String key, String value) {
    return new RowChecksum().add(key).add(value).value();
  }

  static void putPair(PreparedStatement put, String key, String value) throws SQLException {
    put.setString(1, key);
    put.setString(2, value);
    put.setLong(3, pairChecksum(key, value));
  }

  // A damaged cell may read as null.
  static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  static ByteString bytes(ResultSet row, int column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** A row of the table of resources. */
  record ResourceRow(
      String group,
      String kind,
      String name,
      String version,
      String revisions,
      ByteString encoded,
      long number,
      String origin) {
    private static final String SEPARATOR = "\n";

    /**
     * Returns the columns that {@link #read} reads in a schema version, and the checksum after
     * them.
     */
    static String columns(int version) {
      return "type_group, kind, name, version, revisions, encoded, number, "
          + (version < 3 ? "''" : "origin")
          + ", checksum";
    }

    static ResourceRow read(ResultSet row) throws SQLException {
      return new ResourceRow(
          text(row, 1),
          text(row, 2),
          text(row, 3),
          text(row, 4),
          text(row, 5),
          bytes(row, 6),
          row.getLong(7),
          text(row, 8));
    }

    static ResourceRow of(Resource resource, long number) {
      return new ResourceRow(
          resource.key().type().group(),
          resource.key().type().kind(),
          resource.key().name(),
          resource.version(),
          String.join(SEPARATOR, new TreeSet<>(resource.revisions())),
          resource.encoded(),
          number,
          resource.origin().toText());
    }

    /**
     * Returns the resource.
     *
     * @param likely its type, if it is of that: nearly all have one and the same
     * @param shared texts that many origins have
     */
    Resource toResource(@Nullable ResourceType likely, Map<String, String> shared) {
      ResourceType type =
          likely != null && likely.group().equals(group) && likely.kind().equals(kind)
              ? likely
              : new ResourceType(group, kind);
      return Resource.stored(
          new ResourceKey(type, name),
          version,
          revisions.isEmpty() ? Set.of() : Set.of(revisions.split(SEPARATOR)),
          encoded,
          Origin.parse(origin, shared));
    }

    // Rows of older versions have no origin, and a checksum without one.
    long checksum() {
      RowChecksum checksum =
          new RowChecksum()
              .add(group)
              .add(kind)
              .add(name)
              .add(version)
              .add(revisions)
              .add(encoded)
              .add(number);
      return (origin.isEmpty() ? checksum : checksum.add(origin)).value();
    }
  }
}
