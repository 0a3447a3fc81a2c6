package io.fairlead.server;

import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back to the system that was needed for a time only: once many resources have changed
 * and then few for a while, the garbage of that is collected as a whole.
 *
 * <p>To read and convert a registry of a million endpoints makes gigabytes of garbage within
 * seconds, for which the collector grows the heap far beyond the few hundred megabytes that stay.
 * It would give them back when it next has to collect, but afterwards next to nothing is allocated,
 * so that may be hours later. A collection of everything stops the gateway for about a tenth of a
 * second for each 100 MB that stay, hence only when it is quiet, and only if it is worth it. Quiet
 * is not silent: in a large mesh something always changes, and the few changes of quiet times never
 * add up to a collection.
 *
 * <p>Owned by its thread, but for {@link #close}.
 */
final class MemoryTrim implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(4);
  // Resources changed between two looks; fewer are quiet.
  private static final long LOUD = 500;
  private static final long WORTH = 1000;

  private final VersionedStore store;
  private final Runnable collection;
  private final ScheduledExecutorService thread = Timers.daemon("memory-trim");

  // Resources that changed in loud times since the last collection; at first what the store held.
  private long changed;
  private long lastNumber;

  MemoryTrim(VersionedStore store, Runnable collection) {
    this.store = store;
    this.collection = collection;
    this.changed =
        store.current().types().stream().mapToLong(type -> store.current().size(type)).sum();
    this.lastNumber = store.current().number();
  }

  /** Looks regularly, from now on. */
  @SuppressWarnings("FutureReturnValueIgnored") // A look does nothing that could fail.
  static MemoryTrim start(VersionedStore store) {
    MemoryTrim trim = new MemoryTrim(store, System::gc);
    trim.thread.scheduleWithFixedDelay(
        trim::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return trim;
  }

  /** Gives back what there is to give if it is quiet. */
  void look() {
    long recent = 0;
    long number = lastNumber;
    // Of the last hundred commits at most, which is enough to tell loud times from quiet ones.
    for (CommitSummary commit : store.recentCommits()) {
      if (commit.number() > number) {
        recent += commit.puts() + commit.removals();
        lastNumber = commit.number();
      }
    }
    if (recent >= LOUD) {
      changed += recent;
      return;
    }
    if (changed >= WORTH) {
      changed = 0;
      collection.run();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
