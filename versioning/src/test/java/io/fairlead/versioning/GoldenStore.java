package io.fairlead.versioning;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a store's file with the code that is there, and lists what a file holds. Run once at each
 * release that changes the schema, before the change, its file is kept as {@code
 * golden/store-vN.db} with its listing; later releases must open it. The listings of versions 1 and
 * 2 have the tombstones, too, which version 3 dropped.
 */
final class GoldenStore {
  private static final List<String> QUERIES =
      List.of(
          "SELECT 'meta', key, value, checksum FROM meta WHERE key IN ('epoch', 'last_number')"
              + " ORDER BY key",
          "SELECT 'note', key, value, checksum FROM notes ORDER BY key",
          "SELECT 'resource', type_group, kind, name, version, replace(revisions, char(10), ','),"
              + " first_seen, number, checksum, length(encoded), hex(encoded) FROM resources"
              + " ORDER BY type_group, kind, name",
          "SELECT 'commit', number, time, puts, removals, notes FROM commits ORDER BY number");

  private GoldenStore() {}

  /** Writes {@code args[0]}, which must not exist, and its listing beside it. */
  public static void main(String[] args) throws IOException, SQLException {
    Path file = Path.of(args[0]);
    Instant begin = Instant.parse("2026-03-01T12:00:00Z");
    SqliteCommitLog.Options options =
        new SqliteCommitLog.Options(Duration.ofDays(7), Clock.fixed(begin, ZoneOffset.UTC));
    try (SqliteCommitLog log = SqliteCommitLog.open(file, options)) {
      for (int i = 0; i < 12; i++) {
        Instant time = begin.plusSeconds(i);
        log.append(new Commit(time.toEpochMilli(), time, changes(i)));
      }
    }
    Files.delete(file.resolveSibling(file.getFileName() + ".lock"));
    Files.writeString(
        file.resolveSibling(file.getFileName().toString().replace(".db", ".txt")), list(file));
  }

  private static ChangeSet changes(int round) {
    List<Resource> puts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "service-" + (round * 3 + i);
      Set<String> revisions = i == 0 ? Set.of("canary", "stable") : Set.of();
      puts.add(Resources.of(Resources.key(name), "Grüße " + name, revisions));
    }
    if (round > 0) {
      puts.add(Resources.of("service-1", "changed " + round));
    }
    ResourceType other = new ResourceType("networking.istio.io", "Sidecar");
    puts.add(Resources.of(new ResourceKey(other, "ns/all"), "sidecar " + round, Set.of()));
    List<ResourceKey> removals =
        round > 4 ? List.of(Resources.key("service-" + (round - 5) * 3)) : List.of();
    Set<String> dropped = round > 8 ? Set.of("vip/" + (round - 9)) : Set.of();
    return new ChangeSet(puts, removals, Map.of("vip/" + round, "241.0.0." + round), dropped);
  }

  /** Returns the content of a file, a line for each row, as far as every schema has it. */
  static String list(Path file) throws SQLException {
    StringBuilder listing = new StringBuilder();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String query : QUERIES) {
        try (ResultSet row = statement.executeQuery(query)) {
          int columns = row.getMetaData().getColumnCount();
          while (row.next()) {
            for (int i = 1; i <= columns; i++) {
              listing.append(i == 1 ? "" : " ").append(shortened(row.getString(i)));
            }
            listing.append('\n');
          }
        }
      }
    }
    return listing.toString();
  }

  private static String shortened(String column) {
    return column.length() <= 80 ? column : Digest.version(column.getBytes(StandardCharsets.UTF_8));
  }
}
