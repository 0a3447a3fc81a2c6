package io.fairlead.registry.file;

import io.fairlead.files.Listing;
import io.fairlead.files.TreeWatcher;
import io.fairlead.files.WatchedTree;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.ClosableSink;
import io.fairlead.registry.support.RepeatedTask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that mirrors services files. Its thread, {@code file-REGISTRY}, lists, reads and calls
 * the sink; it owns all state except {@code looks}, which {@code this} guards.
 */
final class FileAdapter implements RegistryAdapter {
  // A read during which files changed is repeated; this limit takes 20 times the settling time.
  private static final int MAX_UNSTABLE_READS = 20;
  // A file may vanish between listing and reading (a rename in two steps): one failure means
  // little.
  private static final int MAX_FAILED_READS = 3;
  // If an editor or a copy of a tree takes longer, the files are read as they are, and again later.
  private static final Duration MAX_SETTLING = Duration.ofSeconds(1);

  private final String registry;
  private final Path top;
  private final FileConfiguration configuration;
  private final WatchedTree tree;
  private final FileCache cache;
  private final ClosableSink sink;
  private final SinkFeed feed;
  private final AdapterThread thread;
  private volatile boolean closed;

  // Of the last read that was stable; null before the first and after a failure.
  private @Nullable Listing lastListing;

  private @Nullable RepeatedTask looks;

  FileAdapter(AdapterContext context, FileConfiguration configuration) {
    this.registry = context.registry();
    this.top = configuration.path();
    this.configuration = configuration;
    this.tree = new WatchedTree("registry " + registry, registry, top);
    this.cache = new FileCache(tree.files());
    this.sink = new ClosableSink(context.sink());
    this.feed = new SinkFeed(sink, System::nanoTime, Clock.systemUTC());
    this.thread = new AdapterThread("file", registry, fault -> startOver());
  }

  @Override
  public synchronized void start() {
    if (closed || looks != null) {
      throw new IllegalStateException("registry " + registry + ": started twice or after its end");
    }
    looks = thread.repeat(this::look);
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return feed.reported(id);
  }

  @Override
  public void close() {
    // First: a read that breaks off because of the next line has a part of the services only.
    sink.close();
    synchronized (this) {
      closed = true;
    }
    tree.close();
    // Outside the lock, because a call of the sink may be under way.
    thread.close();
  }

  // After a fault of the sink or of this class it is unknown what the sink has.
  private void startOver() {
    lastListing = null;
    feed.forget();
  }

  private Duration look() throws InterruptedException {
    try {
      read();
    } catch (IOException e) {
      lastListing = null;
      feed.failed(tree.describe(e), e);
    }
    awaitUnread();
    return Duration.ZERO;
  }

  /**
   * Waits until all files have to be read; files that can be taken alone are published meanwhile.
   */
  private void awaitUnread() throws InterruptedException {
    TreeWatcher events = tree.events();
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
              && (readAlone()
                  || events.awaitQuiet(configuration.settle(), MAX_SETTLING, this::readAlone));
    }
  }

  /** Tells of files that others were renamed to, at once, if nothing else happened. */
  private boolean readAlone() {
    Set<Path> created = lastListing == null ? Set.of() : tree.events().created();
    if (created.isEmpty() || tree.isGitAtWork()) {
      return false;
    }
    for (Path file : created) {
      if (!cache.replace(file.equals(top.toAbsolutePath().normalize()) ? top : file)) {
        return false;
      }
    }
    tree.events().forget();
    feed.told(cache.view());
    return true;
  }

  private void read() throws IOException, InterruptedException {
    TreeWatcher events = tree.events();
    int failed = 0;
    for (int unstable = 0; !closed; unstable++) {
      if (unstable > MAX_UNSTABLE_READS) {
        throw tree.unstable();
      }
      try {
        if (tryRead()) {
          return;
        }
      } catch (IOException e) {
        if (++failed >= MAX_FAILED_READS) {
          throw e;
        }
      }
      // A missing service may be on its way to another file.
      if (events.created().isEmpty() || feed.misses(cache.view().known())) {
        events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
      }
    }
  }

  /**
   * Lists, reads the changed files, and lists again: only if both listings are equal is the result
   * the state of one moment (a service moved between two files would otherwise be missing or
   * doubled).
   */
  private boolean tryRead() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    tree.events().forget();
    Listing listing = tree.list();
    boolean changed = cache.load(listing, () -> closed);
    if (changed || !listing.equals(lastListing)) {
      Optional<Listing> after = tree.listAgain();
      if (after.isEmpty() || !isOfOneMoment(listing, after.get())) {
        return false;
      }
      listing = after.get();
    }
    lastListing = listing;
    sink.readTook(Duration.ofNanos(System.nanoTime() - begin));
    feed.told(cache.view());
    return true;
  }

  // Files that others were renamed to meanwhile do no harm: each can be taken alone. Where files
  // are replaced all the time there is no moment without.
  private boolean isOfOneMoment(Listing before, Listing after) throws InterruptedException {
    if (before.equals(after)) {
      return true;
    }
    tree.events().drain();
    Set<Path> created = tree.events().created();
    return before.folders().equals(after.folders())
        && before.unreadable().equals(after.unreadable())
        && before.files().keySet().equals(after.files().keySet())
        && after.files().entrySet().stream()
            .filter(file -> !file.getValue().equals(before.files().get(file.getKey())))
            .allMatch(file -> created.contains(file.getKey()) && cache.replace(file.getKey()));
  }
}
