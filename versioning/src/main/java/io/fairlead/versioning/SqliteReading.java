package io.fairlead.versioning;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader of a store's file that also works where nothing can be written. SQLite reads a database
 * in WAL mode with the help of two files beside it, which it makes if they are not there; on a full
 * disk or a read-only file system it cannot. So in turn:
 *
 * <ol>
 *   <li>as always;
 *   <li>without the shared memory, by locking the file, where it may be written;
 *   <li>the file alone, as one that cannot change, but only if there is no {@code -wal} file with
 *       commits, which would be passed over;
 *   <li>a copy of both in the directory for temporary files.
 * </ol>
 */
final class SqliteReading {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteReading.class);
  // Of the two bytes that say what is needed to write and to read, the first.
  private static final int WRITE_VERSION_OFFSET = 18;
  private static final int MAX_WRITE_VERSION = 2;

  @FunctionalInterface
  private interface Opening {
    Connection open(Path file) throws SQLException;
  }

  private final Path file;

  SqliteReading(Path file) {
    this.file = file;
  }

  /**
   * Examines every row of an existing file.
   *
   * @throws SQLException if the disk or another program keeps it from being read, which says
   *     nothing about the file
   * @throws IOException likewise
   */
  SqliteExamination examine() throws SQLException, IOException {
    int writeVersion = writeVersion();
    if (writeVersion > MAX_WRITE_VERSION) {
      return SqliteExamination.damaged("write version: " + writeVersion + " (expected: 1 or 2)");
    }
    try {
      return examine(SqliteDatabase::read, file);
    } catch (SQLException e) {
      if (SqliteDatabase.isBusy(e)) {
        throw e;
      }
      LOG.debug("The store {} cannot be read in the usual way", file, e);
      return examineUnwritable(e);
    }
  }

  private SqliteExamination examineUnwritable(SQLException first) throws SQLException, IOException {
    if (Files.isWritable(file)) {
      try {
        return examine(SqliteDatabase::readAlone, file);
      } catch (SQLException e) {
        first.addSuppressed(e);
      }
    }
    try {
      Path wal = sibling("-wal");
      if (!Files.exists(wal) || Files.size(wal) == 0) {
        return examine(SqliteDatabase::readImmutable, file);
      }
      return examineCopy(wal);
    } catch (SQLException | IOException e) {
      first.addSuppressed(e);
      throw first;
    }
  }

  private SqliteExamination examineCopy(Path wal) throws SQLException, IOException {
    Path directory = Files.createTempDirectory("fairlead-store");
    Path copy = directory.resolve("copy.db");
    Path walCopy = directory.resolve("copy.db-wal");
    try {
      Files.copy(file, copy);
      Files.copy(wal, walCopy);
      // Copying the attributes of a file that belongs to others may be forbidden.
      setWritable(copy);
      setWritable(walCopy);
      LOG.warn(
          "The store {} cannot be written, and {} has commits that are not in the file yet: both"
              + " are read as copies in {}, which is deleted then",
          file,
          wal.getFileName(),
          directory);
      return examine(SqliteDatabase::read, copy);
    } finally {
      for (String companion : new String[] {"", "-wal", "-shm"}) {
        Files.deleteIfExists(directory.resolve("copy.db" + companion));
      }
      Files.deleteIfExists(directory);
    }
  }

  private static void setWritable(Path path) throws IOException {
    if (!path.toFile().setWritable(true)) {
      throw new IOException(path + ": cannot be made writable");
    }
  }

  private static SqliteExamination examine(Opening opening, Path file) throws SQLException {
    try (Connection connection = opening.open(file)) {
      return SqliteExamination.of(connection);
    } catch (SQLException e) {
      if (SqliteDatabase.isAboutTheFile(e)) {
        return SqliteExamination.damaged(PlainCause.of(e));
      }
      throw e;
    }
  }

  // A number that this SQLite does not know makes the file read-only to it, in a way that looks
  // like that of a file system.
  private int writeVersion() throws IOException {
    try (RandomAccessFile header = new RandomAccessFile(file.toFile(), "r")) {
      if (header.length() <= WRITE_VERSION_OFFSET) {
        return 0;
      }
      header.seek(WRITE_VERSION_OFFSET);
      return header.readUnsignedByte();
    }
  }

  private Path sibling(String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
