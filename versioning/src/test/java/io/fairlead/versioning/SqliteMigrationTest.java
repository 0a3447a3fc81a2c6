package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of older schemas, as the releases that had them wrote them. */
class SqliteMigrationTest {
  private final Path directory;
  private final Path file;
  private final String listing;

  SqliteMigrationTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    this.file = directory.resolve("store.db");
    Files.write(file, golden("store-v1.db"));
    this.listing = new String(golden("store-v1.txt"), StandardCharsets.UTF_8);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = SqliteMigrationTest.class.getResourceAsStream("/golden/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private SqliteCommitLog open() {
    return SqliteCommitLog.open(file, SqliteCommitLog.Options.DEFAULT);
  }

  private static String pragma(Path path, String name) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA " + name)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private static void update(Path path, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Test
  void version1_isMigratedWithAllThatItHolds() throws Exception {
    long last = 1_772_366_411_000L;
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      assertThat(listing).contains("meta epoch " + store.current().epoch());
      assertThat(store.current().number()).isEqualTo(last);
      assertThat(store.notes()).hasSize(9).containsEntry("vip/7", "241.0.0.7");
      assertThat(store.current().resources(Resources.TYPE)).hasSize(29);
      for (Resource resource : store.current().resources(Resources.TYPE)) {
        assertThat(listing).contains(" " + resource.key().name() + " " + resource.version() + " ");
      }
      Resource same = Resources.of("service-2", "Grüße service-2");
      assertThat(store.commit(ChangeSet.of(List.of(same), List.of())))
          .as("what is there already")
          .isEmpty();
    }
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
    assertThat(pragma(file, "user_version")).isEqualTo("2");
    assertThat(pragma(file, "integrity_check")).isEqualTo("ok");
    Path copy = directory.resolve("store.db.schema-1");
    assertThat(GoldenStore.list(copy)).isEqualTo(listing);
    assertThat(pragma(copy, "user_version")).isEqualTo("1");
    open().close();
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("store.db", "store.db.lock", "store.db.schema-1");
  }

  @Test
  void version1_withADamagedRowIsSetAsideAsItIs() throws Exception {
    update(file, "UPDATE resources SET revisions = 'other' WHERE name = 'ns/service-2'");
    try (SqliteCommitLog log = open()) {
      assertThat(log.load().resources()).isEmpty();
    }
    String aside =
        List.of(Objects.requireNonNull(directory.toFile().list())).stream()
            .filter(name -> name.startsWith("store.db.damaged-"))
            .findFirst()
            .orElseThrow();
    assertThat(pragma(directory.resolve(aside), "user_version")).isEqualTo("1");
    assertThat(directory.resolve("store.db.schema-1")).doesNotExist();
  }

  @Test
  void version1_withTablesThatAreNotItsOwnIsSetAside() throws Exception {
    update(file, "CREATE INDEX resources_number ON resources (number)");
    try (SqliteCommitLog log = open()) {
      assertThat(log.load().resources()).isEmpty();
    }
  }

  @Test
  void version1_thatCannotBeMigratedIsServedAndMigratedLater() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try (SqliteCommitLog log = open()) {
        VersionedStore store = new VersionedStore(log, Clock.systemUTC());
        assertThat(store.current().size(Resources.TYPE)).isEqualTo(29);
        assertThat(store.durability().durable()).isFalse();
        assertThat(pragma(file, "user_version")).isEqualTo("1");
        statement.execute("ROLLBACK");
        assertThat(GoldenStore.list(file)).isEqualTo(listing);
        store.writeNow(System::nanoTime);
        assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      }
    }
    assertThat(pragma(file, "user_version")).isEqualTo("2");
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
  }

  @Test
  void version1_withoutACopyIsMigratedAllTheSame() throws Exception {
    // A directory that is not empty, where the copy would be made.
    Files.createDirectories(directory.resolve("store.db.schema-1.part/occupied"));
    open().close();
    assertThat(pragma(file, "user_version")).isEqualTo("2");
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
  }
}
