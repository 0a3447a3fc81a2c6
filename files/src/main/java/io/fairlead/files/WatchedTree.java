package io.fairlead.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree of files, or one file, with the means to list, read and watch it. What a listing finds is
 * watched from then on, and if a listing fails, what the one before found: whatever is missing
 * comes back there. While git is changing the files they are not listed, so that a change of the
 * branch is one change, however long it takes.
 *
 * <p>Confined to its owner's thread, except {@link #close()}, which any thread may call and which
 * ends whatever waits.
 */
public final class WatchedTree implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedTree.class);
  // A checkout of 100,000 files takes some seconds.
  private static final Duration MAX_LOCK = Duration.ofSeconds(60);
  private static final Duration LOCK_POLL = Duration.ofMillis(50);

  private final String owner;
  private final Path top;
  private final TimedFiles files;
  private final GitLock git;

  // Of the last listing that succeeded.
  private Set<Path> folders = new HashSet<>();
  private Set<Path> workTrees = Set.of();

  // Guarded by "this"; the watcher is null before its first use.
  private @Nullable TreeWatcher watcher;
  private boolean closed;

  /**
   * @param owner who reads, for messages, such as {@code config source mesh}
   * @param reader the name of the thread that reads, without what all of them have
   */
  public WatchedTree(String owner, String reader, Path top) {
    this(owner, reader, top, MAX_LOCK);
  }

  /**
   * @param owner who reads, for messages, such as {@code config source mesh}
   * @param reader the name of the thread that reads, without what all of them have
   * @param longestLock the longest wait for a git that is changing the files
   */
  public WatchedTree(String owner, String reader, Path top, Duration longestLock) {
    this.owner = owner;
    this.top = top;
    this.files = new TimedFiles(reader);
    this.git = new GitLock(owner, longestLock, System::nanoTime);
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

  /** Lists the files and watches the folders that it finds, once git is not changing them. */
  public Listing list() throws IOException, InterruptedException {
    while (isGitAtWork() && !isClosed()) {
      events().awaitQuiet(LOCK_POLL, LOCK_POLL, () -> false);
    }
    try {
      Listing listing = files.list(top);
      folders = new HashSet<>(listing.folders().keySet());
      workTrees = listing.workTrees();
      watch();
      return listing;
    } catch (IOException e) {
      folders.add(top);
      watch();
      throw e;
    }
  }

  /**
   * Lists the files, as {@link #list} does, and watches nothing else than before. Two equal
   * listings are of one moment.
   *
   * @return nothing if git is changing the files: then they may be a half of what is to come,
   *     though they stand still
   */
  public Optional<Listing> listAgain() throws IOException {
    // Before the files are listed: what git wrote until now the first listing had to have, and
    // what it writes from now on this one shows, or comes with a later event.
    return isGitAtWork() ? Optional.empty() : Optional.of(files.list(top));
  }

  /** Whether git is changing the files at the moment. */
  public boolean isGitAtWork() {
    try {
      Set<Path> below = workTrees;
      return git.isHeld(files.ask(top, () -> GitLock.find(top, below)));
    } catch (IOException e) {
      // A listing reports it, too.
      LOG.debug("{}: {}", owner, describe(e));
      return false;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
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
