package io.fairlead.server;

import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives the memory back that a large change took: once many resources have changed and then none
 * for a while, the garbage of that is collected as a whole.
 *
 * <p>To read and convert a registry of a million endpoints makes gigabytes of garbage within
 * seconds, for which the collector grows the heap far beyond the few hundred megabytes that stay.
 * It would give them back when it next has to collect, but afterwards next to nothing is allocated,
 * so that may be hours later. A collection of everything stops the gateway for about a tenth of a
 * second for each 100 MB that stay, hence only when nothing has changed for a while, and only if it
 * is worth it.
 *
 * <p>Owned by its thread, but for {@link #close}.
 */
final class HeapTrim implements AutoCloseable {
  // A look without a commit since the last is a quiet time of this length at least.
  private static final Duration PERIOD = Duration.ofSeconds(4);
  private static final long WORTH = 1000;

  private final VersionedStore store;
  private final Runnable collection;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread created = new Thread(task, "heap-trim");
            created.setDaemon(true);
            return created;
          });

  // Resources that changed since the last collection; at first what the store held.
  private long changed;
  private long lastNumber;

  HeapTrim(VersionedStore store, Runnable collection) {
    this.store = store;
    this.collection = collection;
    this.changed =
        store.current().types().stream().mapToLong(type -> store.current().size(type)).sum();
    this.lastNumber = store.current().number();
  }

  /** Looks regularly, from now on. */
  @SuppressWarnings("FutureReturnValueIgnored") // A look does nothing that could fail.
  static HeapTrim start(VersionedStore store) {
    HeapTrim trim = new HeapTrim(store, System::gc);
    trim.thread.scheduleWithFixedDelay(
        trim::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return trim;
  }

  /** Collects if it is quiet and worth it. */
  void look() {
    long number = lastNumber;
    // The last hundred commits at most; if there were more since the last look, it is not quiet.
    for (CommitSummary commit : store.recentCommits()) {
      if (commit.number() > number) {
        changed += commit.puts() + commit.removals();
        lastNumber = commit.number();
      }
    }
    if (lastNumber == number && changed >= WORTH) {
      changed = 0;
      collection.run();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
