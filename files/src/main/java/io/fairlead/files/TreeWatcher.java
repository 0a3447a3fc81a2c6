package io.fairlead.files;

import io.fairlead.common.Causes;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watcher that wakes the adapter's thread when something happens in a set of folders. Where the
 * operating system gives no events, waits just take their full time. Confined to the adapter's
 * thread, except {@link #close()}, which any thread may call.
 */
public final class TreeWatcher implements AutoCloseable {
  /** The reason why a wait ended. */
  public enum Wake {
    /** Something happened. */
    EVENT,
    /** Nothing happened within the time. */
    TIMEOUT,
    /** The watcher was closed. */
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(TreeWatcher.class);
  private static final Predicate<String> ANY = name -> true;

  private final String owner;
  private final @Nullable WatchService service;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Map<WatchKey, Predicate<String>> keys = new HashMap<>();
  private final Set<Path> created = new HashSet<>();
  private boolean otherwise;
  private boolean limitReported;

  /**
   * @param owner who watches, for messages, such as {@code registry files}
   */
  public TreeWatcher(String owner, FileSystem fileSystem) {
    this.owner = owner;
    this.service = open(fileSystem);
  }

  private @Nullable WatchService open(FileSystem fileSystem) {
    try {
      return fileSystem.newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn(
          "{}: no file events, changes are only seen at each rescan"
              + " (on Linux raise fs.inotify.max_user_instances): {}",
          owner,
          Causes.of(e));
      return null;
    }
  }

  /**
   * Watches exactly these folders from now on.
   *
   * @param folders by path, each with the names in it that matter; {@link #any()} for all
   */
  public void watch(Map<Path, Predicate<String>> folders) {
    if (service == null) {
      return;
    }
    // Registering a folder again returns the same key; another folder in its place gets another
    // key.
    Map<WatchKey, Predicate<String>> now = new HashMap<>();
    folders.forEach(
        (folder, names) -> {
          WatchKey key = register(service, folder);
          if (key != null) {
            now.merge(key, names, Predicate::or);
          }
        });
    for (WatchKey old : keys.keySet()) {
      if (!now.containsKey(old)) {
        old.cancel();
      }
    }
    keys = now;
  }

  /** Returns the predicate for which every name matters. */
  public static Predicate<String> any() {
    return ANY;
  }

  private @Nullable WatchKey register(WatchService to, Path folder) {
    try {
      return folder.register(
          to,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_DELETE,
          StandardWatchEventKinds.ENTRY_MODIFY);
    } catch (NoSuchFileException | NotDirectoryException e) {
      // It vanished since it was listed; the read that follows each registration notices.
      LOG.trace("{}: {} is gone: {}", owner, folder, e.toString());
    } catch (ClosedWatchServiceException e) {
      LOG.debug("{}: closed while folders were registered", owner);
    } catch (IOException e) {
      if (!limitReported) {
        limitReported = true;
        LOG.warn(
            "{}: cannot watch {}, changes in it are only seen at each rescan"
                + " (on Linux raise fs.inotify.max_user_watches): {}",
            owner,
            folder,
            Causes.of(e));
      }
    }
    return null;
  }

  /** Waits for an event, at most for the limit. */
  public Wake await(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (service == null) {
        return closed.await(left, TimeUnit.NANOSECONDS) ? Wake.CLOSED : Wake.TIMEOUT;
      }
      try {
        WatchKey key = service.poll(left, TimeUnit.NANOSECONDS);
        if (key == null) {
          return closed.getCount() == 0 ? Wake.CLOSED : Wake.TIMEOUT;
        }
        if (matters(key)) {
          return Wake.EVENT;
        }
      } catch (ClosedWatchServiceException e) {
        return Wake.CLOSED;
      }
    }
  }

  /**
   * Waits until no event has come for the quiet time.
   *
   * @param most the longest wait while events go on
   * @param done asked after each event; true ends the wait at once
   * @return whether {@code done} ended it
   */
  public boolean awaitQuiet(Duration quiet, Duration most, BooleanSupplier done)
      throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    while (await(quiet) == Wake.EVENT && System.nanoTime() - deadline < 0) {
      if (done.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the YAML files that came into their places since {@link #forget()}, each by a rename or
   * to be written next; empty if anything else happened, too. Hidden files do not count as
   * anything: they are not read, and tools write there what they rename.
   */
  public Set<Path> created() {
    return otherwise ? Set.of() : Set.copyOf(created);
  }

  /** Takes the pending events, without waiting. */
  public void drain() throws InterruptedException {
    while (await(Duration.ZERO) == Wake.EVENT) {
      // Noted.
    }
  }

  /** Whether an event came since {@link #forget()}. */
  public boolean isNoted() {
    return otherwise || !created.isEmpty();
  }

  /** Drops the events so far, which have been handled. */
  public void forget() {
    created.clear();
    otherwise = false;
  }

  private boolean matters(WatchKey key) {
    Predicate<String> names = keys.getOrDefault(key, ANY);
    boolean matters = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      // An overflow has no name: anything may have happened.
      if (!(event.context() instanceof Path name)) {
        matters = true;
        otherwise = true;
      } else if (names.test(name.toString())) {
        matters = true;
        note(key, event.kind(), name);
      }
    }
    boolean folderGone = !key.reset();
    otherwise |= folderGone;
    return matters || folderGone;
  }

  private void note(WatchKey key, WatchEvent.Kind<?> kind, Path name) {
    if (Listing.isHidden(name) && !name.toString().startsWith("..")) {
      return;
    }
    boolean mayBeWhole = kind == StandardWatchEventKinds.ENTRY_CREATE && Listing.isYaml(name);
    if (mayBeWhole && key.watchable() instanceof Path folder) {
      created.add(folder.resolve(name));
    } else {
      otherwise = true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        LOG.warn("{}: the file watcher was not closed cleanly: {}", owner, Causes.of(e));
      }
    }
  }
}
