package io.fairlead.files;

import io.fairlead.common.Durations;
import io.fairlead.registry.RegularFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock by which git says that it is changing files: {@code index.lock}, which a checkout, a
 * merge or a reset makes before it writes the first file and removes after the last. One that lasts
 * for longer than any of them does was left behind by a git that was killed, and is disregarded
 * until it goes. Confined to its owner's thread.
 */
final class GitLock {
  private static final Logger LOG = LoggerFactory.getLogger(GitLock.class);

  /** The name of git's folder in a work tree. */
  static final String GIT = ".git";

  private static final String LOCK = "index.lock";
  // In a linked work tree, or in a submodule, the folder is a file that names it.
  private static final String LINK = "gitdir: ";
  private static final int MAX_LINK_BYTES = 16 << 10;

  private final String owner;
  private final Duration longest;
  private final LongSupplier nanoTime;
  // Null while there is none.
  private @Nullable Long since;
  private boolean isStale;

  /**
   * @param longest after which a lock is disregarded
   */
  GitLock(String owner, Duration longest, LongSupplier nanoTime) {
    this.owner = owner;
    this.longest = longest;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns the locks that git has now on what is below a path.
   *
   * @param below work trees that are known to be below it
   */
  static List<Path> find(Path top, Collection<Path> below) {
    List<Path> workTrees = new ArrayList<>(below);
    // A link to a folder of a work tree is within that.
    Path folder;
    try {
      folder = top.toRealPath();
    } catch (IOException e) {
      folder = top.toAbsolutePath().normalize();
    }
    while (folder != null) {
      workTrees.add(folder);
      folder = folder.getParent();
    }
    return workTrees.stream()
        .flatMap(workTree -> gitFolder(workTree).stream())
        .map(git -> git.resolve(LOCK))
        .filter(Files::exists)
        .toList();
  }

  private static Optional<Path> gitFolder(Path workTree) {
    Path git = workTree.resolve(GIT);
    if (Files.isDirectory(git)) {
      return Optional.of(git);
    }
    if (!Files.isRegularFile(git)) {
      return Optional.empty();
    }
    try {
      String text = new String(RegularFile.read(git, MAX_LINK_BYTES), StandardCharsets.UTF_8);
      return text.startsWith(LINK)
          ? Optional.of(workTree.resolve(text.substring(LINK.length()).strip()))
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      // Then nothing is known of a lock, as where there is no git.
      LOG.trace("{} cannot be read: {}", git, e.toString());
      return Optional.empty();
    }
  }

  /** Whether git is changing files, by the locks that were found now. */
  boolean isHeld(List<Path> found) {
    if (found.isEmpty()) {
      since = null;
      isStale = false;
      return false;
    }
    long now = nanoTime.getAsLong();
    if (since == null) {
      since = now;
    }
    if (now - since < longest.toNanos()) {
      return true;
    }
    if (!isStale) {
      isStale = true;
      LOG.warn(
          "{}: {} has been there for {}, so the files are read as they are (expected: a git that"
              + " comes to its end; if none is running, remove the lock)",
          owner,
          found.get(0),
          Durations.format(longest));
    }
    return false;
  }
}
