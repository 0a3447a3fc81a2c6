package io.fairlead.server;

import io.fairlead.configs.merge.Configs;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch over what is served that has the references of documents checked soon after each change:
 * on a thread of its own, so that no commit waits for it, and for a tenth of the time at most, so
 * that a registry in which everything changes all the time costs no more.
 *
 * <p>Thread-safe; checks run on its thread.
 */
final class ReferenceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceWatch.class);

  // What changes together is checked together.
  private static final Duration QUIET = Duration.ofMillis(200);
  private static final int SHARE = 10;

  private final VersionedStore store;
  private final Configs configs;
  private final Snapshot.Listener listener = snapshot -> wake();
  private final ScheduledExecutorService thread = Timers.daemon("fairlead-references");
  private final AtomicBoolean due = new AtomicBoolean();
  private volatile long nextNanos = System.nanoTime();

  private ReferenceWatch(VersionedStore store, Configs configs) {
    this.store = store;
    this.configs = configs;
  }

  /** Checks from now on, once everything that there is has been read. */
  @SuppressWarnings("FutureReturnValueIgnored") // What is run does not fail.
  static ReferenceWatch start(
      VersionedStore store, Configs configs, CompletableFuture<Void> ready) {
    ReferenceWatch watch = new ReferenceWatch(store, configs);
    ready.thenRun(
        () -> {
          store.addListener(watch.listener);
          configs.onChange(watch::wake);
          watch.wake();
        });
    return watch;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // A check does not fail.
  private void wake() {
    if (!due.compareAndSet(false, true)) {
      return;
    }
    long wait = Math.max(QUIET.toNanos(), nextNanos - System.nanoTime());
    try {
      thread.schedule(this::check, wait, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed meanwhile", e);
    }
  }

  private void check() {
    due.set(false);
    long begin = System.nanoTime();
    try {
      configs.checkReferences(store.current());
    } catch (RuntimeException e) {
      LOG.error("The references of documents could not be checked; the next change tries again", e);
    }
    long end = System.nanoTime();
    nextNanos = end + (end - begin) * (SHARE - 1);
  }

  @Override
  public void close() {
    store.removeListener(listener);
    configs.onChange(() -> {});
    thread.shutdownNow();
  }
}
