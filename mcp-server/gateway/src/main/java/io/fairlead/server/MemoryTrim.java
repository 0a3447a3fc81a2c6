package io.fairlead.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.VersionedStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A watch over the heap that gives memory back to the system which was needed for a time only: once
 * many resources have changed, or the first, and then few for a while, or once the heap is far
 * larger than what stayed of it last, everything is collected.
 *
 * <p>To read and convert a registry of a million endpoints makes gigabytes of garbage within
 * seconds, for which the collector grows the heap far beyond the few hundred megabytes that stay.
 * It would give them back when it next has to collect, but afterwards next to nothing is allocated,
 * so that may be hours later. A collection of everything stops the gateway for about a tenth of a
 * second for each 50 MB that stay, hence only when it is quiet, and only if it is worth it. Quiet
 * is not silent: in a large mesh something always changes, and the few changes of quiet times never
 * add up to a collection. What an adapter does besides makes garbage without a change, such as the
 * subscriptions of Nacos: that shows in the size of the heap.
 *
 * <p>From then on the heap may grow to little more than what is in use, until much changes again or
 * a registry is read for the first time: a heap that grows by a tenth at a time would be collected
 * as a whole a dozen times while a large registry is read, and one that may double keeps the
 * double.
 *
 * <p>Owned by its thread, but for {@link #close}.
 */
final class MemoryTrim implements AutoCloseable {
  /**
   * The name of the system property by which {@code bin/fairlead} leaves the room to the gateway.
   */
  static final String SHRINKS = "fairlead.heap.shrinks";

  private static final Duration PERIOD = Duration.ofSeconds(4);
  // Resources changed between two looks; fewer are quiet.
  private static final long LOUD = 500;
  private static final long WORTH = 1000;
  // So many come where a registry is read, and not from day to day.
  private static final long LARGE = 2000;
  // A heap of twice what stayed and this is far larger.
  private static final long ROOM = 256L << 20;
  // Where it grows again, collecting helps for a while only: each time is twice as far off.
  private static final int MIN_LOOKS = 15;
  private static final int MAX_LOOKS = 900;

  /** The Java heap. */
  interface Heap {
    /** Collects everything. */
    void collect();

    /** Lets it grow as it needs to, or to little more than what a collection leaves. */
    void growFreely(boolean freely);

    /** Bytes in use. */
    long used();

    /** Bytes taken from the system. */
    long committed();
  }

  /** The heap of this JVM. How far it grows is said by options of Java. */
  static class RuntimeHeap implements Heap {
    @Override
    public void growFreely(boolean freely) {}

    @Override
    public void collect() {
      System.gc();
    }

    @Override
    public long used() {
      return committed() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public long committed() {
      return Runtime.getRuntime().totalMemory();
    }
  }

  /** The heap of this JVM, where how far it grows is up to the gateway. */
  static final class ShrinkingHeap extends RuntimeHeap {
    private static final String MIN_ROOM = "MinHeapFreeRatio";
    private static final String MAX_ROOM = "MaxHeapFreeRatio";

    private final HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    private final String least = jvm.getVMOption(MIN_ROOM).getValue();
    private final String most = jvm.getVMOption(MAX_ROOM).getValue();

    @Override
    public void growFreely(boolean freely) {
      // In this order, since the least may never be above the most.
      if (freely) {
        jvm.setVMOption(MAX_ROOM, most);
        jvm.setVMOption(MIN_ROOM, least);
      } else {
        jvm.setVMOption(MIN_ROOM, "10");
        jvm.setVMOption(MAX_ROOM, "15");
      }
    }
  }

  private final VersionedStore store;
  private final BooleanSupplier allRead;
  private final Heap heap;
  private final ScheduledExecutorService thread = Timers.daemon("memory-trim");

  // Resources that changed in loud times since the last collection; while the heap grows freely all
  // that changed, and at first what the store held.
  private long changed;
  private long lastNumber;
  // What the last collection left, and how many looks ago that was.
  private long left;
  private int looks;
  private int looksBetween = MIN_LOOKS;
  private boolean growsFreely = true;
  private int readingLooks;

  /**
   * A watch that does not look by itself.
   *
   * @param allRead whether each registry and config source was read by this process
   */
  MemoryTrim(VersionedStore store, BooleanSupplier allRead, Heap heap) {
    this.store = store;
    this.allRead = allRead;
    this.heap = heap;
    this.changed =
        store.current().types().stream().mapToLong(type -> store.current().size(type)).sum();
    this.lastNumber = store.current().number();
  }

  /** Looks regularly, from now on. */
  @SuppressWarnings("FutureReturnValueIgnored") // A look does nothing that could fail.
  static MemoryTrim start(VersionedStore store, BooleanSupplier allRead) {
    Heap heap = Boolean.getBoolean(SHRINKS) ? new ShrinkingHeap() : new RuntimeHeap();
    MemoryTrim trim = new MemoryTrim(store, allRead, heap);
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
    // What a registry has is read and converted before anything of it changes.
    readingLooks = allRead.getAsBoolean() ? 0 : readingLooks + 1;
    boolean reading = readingLooks > 0 && readingLooks <= MIN_LOOKS;
    if (recent >= LOUD || reading) {
      changed += recent;
      if (recent >= LARGE || reading) {
        growFreely(true);
      }
      return;
    }
    looks++;
    if (growsFreely) {
      changed += recent;
    }
    // A heap that grew freely is larger than it needs to be, however little there is.
    boolean worth = changed >= (growsFreely ? 1 : WORTH);
    boolean grown = looks >= looksBetween && heap.committed() > 2 * left + ROOM;
    if (worth || grown) {
      looksBetween = worth ? MIN_LOOKS : Math.min(2 * looksBetween, MAX_LOOKS);
      growFreely(false);
      changed = 0;
      looks = 0;
      heap.collect();
      left = heap.used();
    }
  }

  private void growFreely(boolean freely) {
    if (growsFreely != freely) {
      growsFreely = freely;
      heap.growFreely(freely);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
