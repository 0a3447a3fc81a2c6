package io.fairlead.registry.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A watch that finds threads started since its creation and still running. */
final class ThreadWatch {
  // Threads of the JDK, JUnit, Awaitility and the kit that come and go on their own.
  private static final List<String> FOREIGN =
      List.of(
          "process reaper",
          "ForkJoinPool.commonPool",
          // Those of JUnit, which it starts as it needs them.
          "ForkJoinPool-",
          "Common-Cleaner",
          "Cleaner-",
          "Keep-Alive-Timer",
          "Attach Listener",
          "junit-",
          FaultProxy.THREADS,
          "awaitility");

  private final Set<Thread> before = new HashSet<>(running());
  private final Predicate<Thread> shared;

  /**
   * Starts to watch.
   *
   * @param shared accepts threads that run on after a close by design
   */
  ThreadWatch(Predicate<Thread> shared) {
    this.shared = shared;
  }

  /** Returns the threads that were started since and are running. */
  List<Thread> started() {
    return running().stream()
        .filter(thread -> !before.contains(thread))
        .filter(thread -> FOREIGN.stream().noneMatch(thread.getName()::startsWith))
        .filter(shared.negate())
        .toList();
  }

  /** Returns all threads of the JVM; without their stacks, which take long to walk. */
  private static List<Thread> running() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    while (all.getParent() != null) {
      all = all.getParent();
    }
    Thread[] threads = new Thread[all.activeCount() + 16];
    int count = all.enumerate(threads);
    while (count == threads.length) {
      threads = new Thread[2 * threads.length];
      count = all.enumerate(threads);
    }
    return List.of(Arrays.copyOf(threads, count));
  }

  /** Waits until none of them runs any more. */
  void awaitNone(Duration limit) {
    try {
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(limit)
          .until(() -> started().isEmpty());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "threads left after close(): " + started() + " (expected: none within " + limit + ")", e);
    }
  }
}
