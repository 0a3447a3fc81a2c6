package io.fairlead.registry.file;

import io.fairlead.files.Listing;
import io.fairlead.files.Surroundings;
import io.fairlead.files.TimedFiles;
import io.fairlead.files.TreeWatcher;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.ClosableSink;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that mirrors services files. One thread, {@code file-REGISTRY}, lists, reads and calls
 * the sink; it owns all state except {@code watcher} and {@code thread}, which {@code this} guards.
 */
final class FileAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FileAdapter.class);

  // A read during which files changed is repeated; this limit takes 20 times the settling time.
  private static final int MAX_UNSTABLE_READS = 20;
  // A file may vanish between listing and reading (a rename in two steps): one failure means
  // little.
  private static final int MAX_FAILED_READS = 3;
  // If an editor or a copy of a tree takes longer, the files are read as they are, and again later.
  private static final Duration MAX_SETTLING = Duration.ofSeconds(1);
  private static final Duration MAX_CLOSING = Duration.ofSeconds(5);

  private final String registry;
  private final Path top;
  private final FileConfiguration configuration;
  private final TimedFiles files;
  private final FileCache cache;
  private final ClosableSink sink;
  private final SinkFeed feed;
  private final Consumer<Duration> readTook;
  private volatile boolean closed;

  // Of the last read that was stable; null before the first and after a failure.
  private @Nullable Listing lastListing;

  // Of the last listing that succeeded.
  private Set<Path> folders = new HashSet<>();

  private @Nullable TreeWatcher watcher;
  private @Nullable Thread thread;

  FileAdapter(AdapterContext context, FileConfiguration configuration) {
    this.registry = context.registry();
    this.top = configuration.path();
    this.configuration = configuration;
    this.files = new TimedFiles(registry);
    this.cache = new FileCache(files);
    this.sink = new ClosableSink(context.sink());
    this.feed = new SinkFeed(sink, System::nanoTime, Clock.systemUTC());
    this.readTook = sink::readTook;
  }

  @Override
  public synchronized void start() {
    if (closed || thread != null) {
      throw new IllegalStateException("registry " + registry + ": started twice or after its end");
    }
    TreeWatcher opened = new TreeWatcher("registry " + registry, top.getFileSystem());
    Thread started = new Thread(() -> run(opened), "file-" + registry);
    started.setDaemon(true);
    watcher = opened;
    thread = started;
    started.start();
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return feed.reported(id);
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      if (watcher != null) {
        watcher.close();
      }
    }
    files.close();
    if (running == null) {
      return;
    }
    if (running.equals(Thread.currentThread())) {
      // Within a call of the sink: what the look has to tell besides is dropped.
      sink.close();
      return;
    }
    // Outside the lock, because a call of the sink may be under way.
    try {
      running.join(MAX_CLOSING.toMillis());
      if (running.isAlive()) {
        LOG.warn(
            "registry {}: its thread did not end within {} s and is left behind",
            registry,
            MAX_CLOSING.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(TreeWatcher events) {
    try {
      while (!closed) {
        look(events);
        awaitUnread(events);
      }
    } catch (InterruptedException e) {
      // Nothing in the gateway interrupts this thread; whoever does wants it to end, as close()
      // does.
      LOG.error("registry {}: interrupted, its files are no longer watched", registry, e);
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until all files have to be read; files that can be taken alone are published meanwhile.
   */
  private void awaitUnread(TreeWatcher events) throws InterruptedException {
    Duration rescan = configuration.rescan();
    Duration wait = feed.untilDue().filter(due -> due.compareTo(rescan) < 0).orElse(rescan);
    long deadline = System.nanoTime() + wait.toNanos();
    boolean read = true;
    while (read && !closed) {
      long left = deadline - System.nanoTime();
      read =
          left > 0
              // An event may have come during the read before.
              && (events.isNoted()
                  || events.await(Duration.ofNanos(left)) == TreeWatcher.Wake.EVENT)
              && (readAlone(events)
                  || events.awaitQuiet(
                      configuration.settle(), MAX_SETTLING, () -> readAlone(events)));
    }
  }

  /** Tells of files that others were renamed to, at once, if nothing else happened. */
  private boolean readAlone(TreeWatcher events) {
    if (lastListing == null) {
      return false;
    }
    Set<Path> created = events.created();
    for (Path file : created) {
      if (!cache.replace(file.equals(top.toAbsolutePath().normalize()) ? top : file)) {
        return false;
      }
    }
    if (created.isEmpty()) {
      return false;
    }
    events.forget();
    try {
      tell(() -> feed.told(cache.view()));
      return true;
    } catch (RuntimeException e) {
      // A fault of the sink: the look at everything that follows starts anew.
      LOG.error("registry {}: telling of {} failed, a resync follows", registry, created, e);
      feed.forget();
      return false;
    }
  }

  private void look(TreeWatcher events) throws InterruptedException {
    try {
      read(events);
    } catch (IOException e) {
      lastListing = null;
      tell(() -> feed.failed(describe(e), e));
    } catch (RuntimeException e) {
      // A fault of the sink or of this class: the registry must not stop in silence.
      LOG.error("registry {}: reading {} failed, a resync follows", registry, top, e);
      lastListing = null;
      feed.forget();
    }
  }

  private void read(TreeWatcher events) throws IOException, InterruptedException {
    int failed = 0;
    for (int unstable = 0; !closed; unstable++) {
      try {
        if (tryRead(events)) {
          return;
        }
        if (unstable >= MAX_UNSTABLE_READS) {
          throw new UnstableException(top);
        }
      } catch (UnstableException e) {
        throw e;
      } catch (IOException e) {
        if (++failed >= MAX_FAILED_READS) {
          throw e;
        }
      }
      // A missing service may be on its way to another file.
      if (events.created().isEmpty() || isAnyMissing()) {
        events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
      }
    }
  }

  private boolean isAnyMissing() {
    return feed.misses(cache.view().known());
  }

  /**
   * Lists, reads the changed files, and lists again: only if both listings are equal is the result
   * the state of one moment (a service moved between two files would otherwise be missing or
   * doubled).
   */
  private boolean tryRead(TreeWatcher events) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    events.forget();
    Listing listing;
    try {
      listing = files.list(top);
    } catch (IOException e) {
      // The folders of the last listing stay watched: whatever is missing comes back in one of
      // them.
      folders.add(top);
      watch(events);
      throw e;
    }
    folders = new HashSet<>(listing.folders().keySet());
    watch(events);
    boolean changed = cache.load(listing, () -> closed);
    if (changed || !listing.equals(lastListing)) {
      Listing after = files.list(top);
      if (!isOfOneMoment(listing, after, events)) {
        return false;
      }
      listing = after;
    }
    lastListing = listing;
    readTook.accept(Duration.ofNanos(System.nanoTime() - begin));
    tell(() -> feed.told(cache.view()));
    return true;
  }

  // Files that others were renamed to meanwhile do no harm: each can be taken alone. Where files
  // are replaced all the time there is no moment without.
  private boolean isOfOneMoment(Listing before, Listing after, TreeWatcher events)
      throws InterruptedException {
    if (before.equals(after)) {
      return true;
    }
    events.drain();
    Set<Path> created = events.created();
    return before.folders().equals(after.folders())
        && before.unreadable().equals(after.unreadable())
        && before.files().keySet().equals(after.files().keySet())
        && after.files().entrySet().stream()
            .filter(file -> !file.getValue().equals(before.files().get(file.getKey())))
            .allMatch(file -> created.contains(file.getKey()) && cache.replace(file.getKey()));
  }

  private void watch(TreeWatcher events) {
    Map<Path, Predicate<String>> watched = new HashMap<>();
    try {
      watched.putAll(files.ask(top, () -> Surroundings.of(top)));
    } catch (IOException e) {
      // The listing reports it, too; the folders that are watched already stay watched.
      LOG.debug("registry {}: {}", registry, describe(e));
      return;
    }
    folders.forEach(folder -> watched.put(folder, TreeWatcher.any()));
    events.watch(watched);
  }

  private void tell(Runnable call) {
    if (!closed) {
      call.run();
    }
  }

  private String describe(IOException e) {
    if (e instanceof UnstableException) {
      return String.valueOf(e.getMessage());
    }
    String file = e instanceof FileSystemException about ? about.getFile() : null;
    return (file == null ? top : file) + ": " + Listing.reason(e);
  }

  /** The failure of a read because the files kept changing. */
  private static final class UnstableException extends IOException {
    private static final long serialVersionUID = 1;

    private UnstableException(Path top) {
      super(top + ": changes all the time (expected: files that stand still for a moment)");
    }
  }
}
