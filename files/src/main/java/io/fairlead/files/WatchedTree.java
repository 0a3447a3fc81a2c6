package io.fairlead.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree of files, or one file, with the means to list, read and watch it. What a listing finds is
 * watched from then on, and if a listing fails, what the one before found: whatever is missing
 * comes back there.
 *
 * <p>Confined to its owner's thread, except {@link #close()}, which any thread may call and which
 * ends whatever waits.
 */
public final class WatchedTree implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedTree.class);

  private final String owner;
  private final Path top;
  private final TimedFiles files;

  // Of the last listing that succeeded.
  private Set<Path> folders = new HashSet<>();

  // Guarded by "this"; the watcher is null before its first use.
  private @Nullable TreeWatcher watcher;
  private boolean closed;

  /**
   * @param owner who reads, for messages, such as {@code config source mesh}
   * @param reader the name of the thread that reads, without what all of them have
   */
  public WatchedTree(String owner, String reader, Path top) {
    this.owner = owner;
    this.top = top;
    this.files = new TimedFiles(reader);
  }

  /** Returns what reads the files. */
  public TimedFiles files() {
    return files;
  }

  /** Returns what watches the files; opened with the first call. */
  public synchronized TreeWatcher events() {
    if (watcher == null) {
      watcher = new TreeWatcher(owner, top.getFileSystem());
      if (closed) {
        watcher.close();
      }
    }
    return watcher;
  }

  /** Lists the files and watches the folders that it finds. */
  public Listing list() throws IOException {
    try {
      Listing listing = files.list(top);
      folders = new HashSet<>(listing.folders().keySet());
      watch();
      return listing;
    } catch (IOException e) {
      folders.add(top);
      watch();
      throw e;
    }
  }

  /** Lists the files, as {@link #list} does, and watches nothing else than before. */
  public Listing listAgain() throws IOException {
    return files.list(top);
  }

  private void watch() {
    try {
      Map<Path, Predicate<String>> watched =
          new HashMap<>(files.ask(top, () -> Surroundings.of(top)));
      folders.forEach(folder -> watched.put(folder, TreeWatcher.any()));
      events().watch(watched);
    } catch (IOException e) {
      // The listing reports it, too; the folders that are watched already stay watched.
      LOG.debug("{}: {}", owner, describe(e));
    }
  }

  /** Returns the failure of a read during which files changed, however often it was repeated. */
  public IOException unstable() {
    return new FileSystemException(
        top.toString(),
        null,
        "changes all the time (expected: files that stand still for a moment)");
  }

  /** Returns what a failure is, for people, with the path that it is about. */
  public String describe(IOException e) {
    String file = e instanceof FileSystemException about ? about.getFile() : null;
    return (file == null ? top : file) + ": " + Listing.reason(e);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (watcher != null) {
        watcher.close();
      }
    }
    files.close();
  }
}
