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
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of older schemas, as the releases that had them wrote them. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class SqliteMigrationTest {
  private final int version;
  private final Path directory;
  private final Path file;
  private final Path copy;
  private final String listing;

  SqliteMigrationTest(int version, @TempDir Path directory) throws IOException {
    this.version = version;
    this.directory = directory;
    this.file = directory.resolve("store.db");
    this.copy = directory.resolve("store.db.schema-" + version);
    Files.write(file, golden("store-v" + version + ".db"));
    this.listing =
        new String(golden("store-v" + version + ".txt"), StandardCharsets.UTF_8)
            .replaceAll("(?m)^tombstone .*\n", "");
    assertThat(listing).isNotEmpty();
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
  void olderVersion_isMigratedWithAllThatItHolds() throws Exception {
    long last = 1_772_366_411_000L;
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      assertThat(listing).contains("meta epoch " + store.current().epoch());
      assertThat(store.current().number()).isEqualTo(last);
      assertThat(store.notes()).hasSize(9).containsEntry("vip/7", "241.0.0.7");
      assertThat(store.current().resources(Resources.TYPE)).hasSize(29);
      for (Resource resource : store.current().resources(Resources.TYPE)) {
        assertThat(resource.origin()).isEqualTo(Origin.UNKNOWN);
        assertThat(listing).contains(" " + resource.key().name() + " " + resource.version() + " ");
      }
      Resource same = Resources.of("service-2", "Grüße service-2");
      assertThat(store.commit(ChangeSet.of(List.of(same), List.of())))
          .as("what is there already")
          .isEmpty();
    }
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
    assertThat(pragma(file, "user_version")).isEqualTo("3");
    assertThat(pragma(file, "integrity_check")).isEqualTo("ok");
    assertThat(GoldenStore.list(copy)).isEqualTo(listing);
    assertThat(pragma(copy, "user_version")).isEqualTo(Integer.toString(version));
    open().close();
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("store.db", "store.db.lock", copy.getFileName().toString());
  }

  @Test
  void olderVersion_rowsGetTheirOriginsAsTheyArePut() throws Exception {
    Resource known =
        Resources.of("service-2", "Grüße service-2").withOrigin(new Origin("file", "a b", "c d"));
    Resource before;
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      before = Objects.requireNonNull(store.current().find(known.key()));
      assertThat(store.commit(ChangeSet.of(List.of(known), List.of()))).isPresent();
      assertThat(store.commit(ChangeSet.of(List.of(known), List.of()))).isEmpty();
    }
    try (SqliteCommitLog log = open()) {
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      Resource after = Objects.requireNonNull(store.current().find(known.key()));
      assertThat(after.sameAs(before)).isTrue();
      assertThat(after.origin()).isEqualTo(known.origin());
      assertThat(store.current().resources(Resources.TYPE))
          .filteredOn(resource -> !resource.key().equals(known.key()))
          .hasSize(28)
          .allSatisfy(other -> assertThat(other.origin()).isEqualTo(Origin.UNKNOWN));
    }
  }

  @Test
  void olderVersion_withADamagedRowIsSetAsideAsItIs() throws Exception {
    update(file, "UPDATE resources SET revisions = 'other' WHERE name = 'ns/service-2'");
    try (SqliteCommitLog log = open()) {
      assertThat(log.load().resources()).isEmpty();
    }
    String aside =
        List.of(Objects.requireNonNull(directory.toFile().list())).stream()
            .filter(name -> name.startsWith("store.db.damaged-"))
            .findFirst()
            .orElseThrow();
    assertThat(pragma(directory.resolve(aside), "user_version"))
        .isEqualTo(Integer.toString(version));
    assertThat(copy).doesNotExist();
  }

  @Test
  void olderVersion_withTablesThatAreNotItsOwnIsSetAside() throws Exception {
    update(file, "CREATE INDEX theirs ON resources (number)");
    try (SqliteCommitLog log = open()) {
      assertThat(log.load().resources()).isEmpty();
    }
  }

  @Test
  void olderVersion_thatCannotBeMigratedIsServedAndMigratedLater() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try (SqliteCommitLog log = open()) {
        VersionedStore store = new VersionedStore(log, Clock.systemUTC());
        assertThat(store.current().size(Resources.TYPE)).isEqualTo(29);
        assertThat(store.durability().durable()).isFalse();
        assertThat(pragma(file, "user_version")).isEqualTo(Integer.toString(version));
        statement.execute("ROLLBACK");
        assertThat(GoldenStore.list(file)).isEqualTo(listing);
        store.writeNow(System::nanoTime);
        assertThat(store.durability()).isEqualTo(Durability.DURABLE);
      }
    }
    assertThat(pragma(file, "user_version")).isEqualTo("3");
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
  }

  @Test
  void olderVersion_withoutACopyIsMigratedAllTheSame() throws Exception {
    // A directory that is not empty, where the copy would be made.
    Files.createDirectories(directory.resolve(copy.getFileName() + ".part/occupied"));
    open().close();
    assertThat(pragma(file, "user_version")).isEqualTo("3");
    assertThat(GoldenStore.list(file)).isEqualTo(listing);
  }
}
