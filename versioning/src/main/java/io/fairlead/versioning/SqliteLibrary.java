package io.fairlead.versioning;

import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The loader of SQLite's own library, which the driver unpacks into a folder before it is loaded.
 * That is the folder for temporary files or, where nothing can be written to it or run from it (a
 * container with a read-only root file system), the folder of the store, which has to be writable
 * anyway. Stateless but for what the driver keeps for the process; a lock on the class guards that.
 */
final class SqliteLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);
  private static final String FOLDER = "org.sqlite.tmpdir";

  private SqliteLibrary() {}

  /**
   * Loads it, once for the process.
   *
   * @param folder the folder of the store
   * @throws CommitLogException if it can be loaded from neither of the folders
   */
  static synchronized void load(Path folder) {
    String chosen = System.getProperty(FOLDER);
    Path temporary = Path.of(chosen == null ? System.getProperty("java.io.tmpdir") : chosen);
    // Checked first, since the driver logs its failures with stack traces.
    if (Files.isWritable(temporary) && isLoaded()) {
      return;
    }
    System.setProperty(FOLDER, folder.toString());
    if (isLoaded()) {
      LOG.debug(
          "SQLite's library was unpacked into {}, since {} cannot be used", folder, temporary);
      return;
    }
    if (chosen == null) {
      System.clearProperty(FOLDER);
    } else {
      System.setProperty(FOLDER, chosen);
    }
    throw new CommitLogException(
        "SQLite's library can be unpacked into and loaded from neither the folder for temporary"
            + " files "
            + temporary
            + " nor the store's folder "
            + folder
            + " (expected: one of them on a file system that is writable and not mounted noexec;"
            + " JAVA_OPTS=-Djava.io.tmpdir=FOLDER names another)",
        null);
  }

  private static boolean isLoaded() {
    try {
      return SQLiteJDBCLoader.initialize();
    } catch (Exception | LinkageError e) {
      LOG.debug("SQLite's library cannot be loaded", e);
      return false;
    }
  }
}
