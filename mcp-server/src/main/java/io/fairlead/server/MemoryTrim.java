package io.fairlead.server;

import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.VersionedStore;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Gives memory back to the system that was needed for a time only: once the heap has grown and then
 * nothing happens for a while that would need it, the garbage is collected as a whole; and at all
 * quiet times the native heap is trimmed.
 *
 * <p><b>The heap.</b> To read and convert a registry of a million endpoints makes gigabytes of
 * garbage within seconds, for which the collector grows the heap far beyond the few hundred
 * megabytes that stay; fifty clients that connect at once make it grow by up to double. It would
 * give that back when it next has to collect, but afterwards next to nothing is allocated, so that
 * may be hours later. What to look at is the heap itself: how much changed says nothing about
 * clients that synced, or about a registry that was read anew and had not changed. A collection of
 * everything stops the gateway for about a tenth of a second for each 100 MB that stay, hence only
 * when it is quiet, and only if the heap is a quarter larger than the last one left it. Quiet is
 * not silent: in a large mesh something always changes, and few changes do not let the heap grow,
 * since the collector keeps up with them.
 *
 * <p><b>The native heap.</b> The compilers of the virtual machine take tens of megabytes while they
 * work, and the C library keeps what they free. Where there is nothing to give back, to ask costs a
 * tenth of a millisecond.
 *
 * <p>Owned by its thread, but for {@link #close}.
 */
final class MemoryTrim implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(4);
  // Resources changed between two looks; fewer are quiet.
  private static final long LOUD = 500;
  // By how much the heap has to be larger than what the last collection left: this share of it,
  // and this many bytes.
  private static final int SHARE = 4;
  private static final long WORTH = 16L << 20;

  private final VersionedStore store;
  private final LongSupplier heap;
  private final Runnable collection;
  private final Runnable nativeTrim;
  private final ScheduledExecutorService thread = Timers.daemon("memory-trim");

  private long lastNumber;
  // Bytes: the heap at the last look, and as the last collection left it.
  private long lastHeap;
  private long left;

  MemoryTrim(VersionedStore store, LongSupplier heap, Runnable collection, Runnable nativeTrim) {
    this.store = store;
    this.heap = heap;
    this.collection = collection;
    this.nativeTrim = nativeTrim;
    this.lastNumber = store.current().number();
  }

  /** Looks regularly, from now on. */
  @SuppressWarnings("FutureReturnValueIgnored") // A look does nothing that could fail.
  static MemoryTrim start(VersionedStore store) {
    MemoryTrim trim =
        new MemoryTrim(store, Runtime.getRuntime()::totalMemory, System::gc, NativeHeap::trim);
    trim.thread.scheduleWithFixedDelay(
        trim::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return trim;
  }

  /** Gives back what there is to give if it is quiet. */
  void look() {
    long size = heap.getAsLong();
    boolean grows = size > lastHeap;
    lastHeap = size;
    if (changed() >= LOUD || grows) {
      return;
    }
    left = Math.min(left, size);
    if (size - left >= Math.max(WORTH, left / SHARE)) {
      collection.run();
      left = heap.getAsLong();
      lastHeap = left;
    }
    nativeTrim.run();
  }

  /** Resources that changed since the last look. */
  private long changed() {
    long changed = 0;
    long number = lastNumber;
    // Of the last hundred commits at most, which is enough to tell loud times from quiet ones.
    for (CommitSummary commit : store.recentCommits()) {
      if (commit.number() > number) {
        changed += commit.puts() + commit.removals();
        lastNumber = commit.number();
      }
    }
    return changed;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
