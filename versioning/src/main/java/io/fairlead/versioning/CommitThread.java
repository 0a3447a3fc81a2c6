package io.fairlead.versioning;

import java.time.Duration;

/**
 * The one thread that commits, with its timers and its monotonic clock. The real one is {@link
 * #start}; tests put one in its place whose time they turn by hand.
 */
public interface CommitThread extends AutoCloseable {
  /** Runs a task after those that wait already; from any thread, never blocks. */
  void execute(Runnable task);

  /** Runs a task after a delay; from any thread, never blocks. */
  void schedule(Duration delay, Runnable task);

  /** Whether the caller is this thread. */
  boolean isCurrent();

  /** Monotonic time in nanoseconds; only differences mean anything. */
  long nanoTime();

  /**
   * Takes no more tasks, runs those that wait (timers that are not due are dropped) and returns
   * when the thread has ended. Idempotent; tasks that come later are ignored.
   */
  @Override
  void close();

  /** Returns a thread of that name. */
  static CommitThread start(String name) {
    return new ScheduledCommitThread(name);
  }
}
