package io.fairlead.versioning;

import io.fairlead.versioning.SqliteDatabase.Examination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a store's file ready: a sound one is read, a new one is made where there is none, and one
 * that cannot be used is set aside under another name first, with its companions, for whoever wants
 * to look into it.
 */
final class SqliteFile {
  private static final Logger log = LoggerFactory.getLogger(SqliteFile.class);
  private static final List<String> COMPANIONS = List.of("", "-wal", "-shm", "-journal");
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  static final String INSERT_META =
      "INSERT INTO meta (key, value, checksum) VALUES (?, ?, ?)"
          + " ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum";

  /** A file that is ready, with what it holds. */
  record Ready(Connection connection, String epoch, CommitLog.State state) {}

  private final Path file;
  private final Clock clock;

  SqliteFile(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** The file with every directory made that is missing and every symbolic link resolved. */
  static Path resolve(Path path) {
    try {
      Path absolute = path.toAbsolutePath().normalize();
      Path name = absolute.getFileName();
      Path parent = absolute.getParent();
      if (name == null || parent == null || Files.isDirectory(absolute)) {
        throw new CommitLogException("store " + path + ": (expected: a file)", null);
      }
      Files.createDirectories(parent);
      return Files.exists(absolute) ? absolute.toRealPath() : parent.toRealPath().resolve(name);
    } catch (IOException e) {
      throw new CommitLogException(
          "store "
              + path
              + ": its directory cannot be made or read (expected: a directory that"
              + " this user may write to): "
              + e,
          e);
    }
  }

  Ready open() {
    try {
      if (Files.exists(file) && Files.size(file) > 0) {
        if (!Files.isReadable(file) || !Files.isWritable(file)) {
          throw new CommitLogException(
              "store " + file + ": not readable and writable (expected: a file of this user)",
              null);
        }
        Examination examination = SqliteDatabase.examine(file);
        if (examination instanceof Examination.Sound sound) {
          try {
            return new Ready(connectAndWrite(sound), sound.epoch(), sound.state());
          } catch (SQLException e) {
            if (!SqliteDatabase.isAboutTheFile(e)) {
              throw e;
            }
            examination = new Examination.Unusable("damaged", "cannot be written: " + e);
          }
        }
        if (examination instanceof Examination.Unusable unusable) {
          setAside(unusable);
        }
      }
      return create();
    } catch (SQLException | IOException e) {
      throw new CommitLogException(
          "store "
              + file
              + ": cannot be opened (expected: a file on a working disk with free space"
              + " that this user may write to and no other program holds): "
              + e,
          e);
    }
  }

  // Writes what is there anyway: a file that can be read only is found out now, not at the first
  // commit.
  private Connection connectAndWrite(Examination.Sound sound) throws SQLException {
    Connection connection = SqliteDatabase.connect(file);
    try (PreparedStatement write = connection.prepareStatement(INSERT_META)) {
      SqliteDatabase.putPair(write, "epoch", sound.epoch());
      write.executeUpdate();
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private Ready create() throws SQLException {
    String epoch = MemoryCommitLog.newEpoch();
    Connection connection = SqliteDatabase.connect(file);
    try {
      connection.setAutoCommit(false);
      SqliteSchema.create(connection);
      try (PreparedStatement insert = connection.prepareStatement(INSERT_META)) {
        SqliteDatabase.putPair(insert, "epoch", epoch);
        insert.executeUpdate();
        SqliteDatabase.putPair(insert, "last_number", "0");
        insert.executeUpdate();
      }
      connection.commit();
      connection.setAutoCommit(true);
      log.info("Began a new store {} with epoch {}", file, epoch);
      return new Ready(connection, epoch, new CommitLog.State(List.of(), Map.of(), 0));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void setAside(Examination.Unusable unusable) throws IOException {
    Path aside = freeName(unusable.word());
    for (String companion : COMPANIONS) {
      Path from = sibling(file, companion);
      if (Files.exists(from)) {
        Files.move(from, sibling(aside, companion));
      }
    }
    log.error(
        "The store {} is {} and was set aside as {}: {}. A new one is begun; resources are served"
            + " once every registry has been read",
        file,
        unusable.word(),
        aside,
        unusable.reason());
  }

  private Path freeName(String word) {
    String name = file.getFileName() + "." + word + "-" + TIMESTAMP.format(clock.instant());
    Path aside = file.resolveSibling(name);
    for (int i = 2; Files.exists(aside); i++) {
      aside = file.resolveSibling(name + "-" + i);
    }
    return aside;
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }
}
