package io.fairlead.registry.support;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock whose time a test makes pass. Confined to the test's thread. */
final class VirtualClock implements AdapterClock {
  private record Task(long at, long number, Runnable run) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  // Close to an overflow, which System.nanoTime() may be, too.
  private final long begin = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
  private long now;
  private long number;

  @Override
  public long nanoTime() {
    return begin + now;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(now);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    tasks.add(new Task(now + delay.toNanos(), number++, task));
  }

  /** Lets time pass, with the tasks that are due in it. */
  void advance(Duration time) {
    long end = now + time.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at() <= end) {
      Task next = tasks.poll();
      now = next.at();
      next.run().run();
    }
    now = end;
  }
}
