package io.fairlead.registry.support;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A task of an {@link AdapterThread} that runs again after a pause, or sooner where somebody asks
 * for it. Thread-safe.
 */
public final class RepeatedTask {
  private final AdapterThread thread;
  private final Callable<Duration> task;
  private final Backoff backoff;

  // Guarded by "this".
  private @Nullable Future<?> next;
  private long dueAt;

  RepeatedTask(AdapterThread thread, Callable<Duration> task, Backoff backoff) {
    this.thread = thread;
    this.task = task;
    this.backoff = backoff;
  }

  /**
   * Runs the task within this time from now; an earlier run that is due stays. May be called by any
   * thread, also by a task of the same one.
   */
  public synchronized void within(Duration delay) {
    long at = thread.nanoTime() + delay.toNanos();
    if (next != null && dueAt - at <= 0) {
      return;
    }
    if (next != null) {
      next.cancel(false);
    }
    dueAt = at;
    next = thread.schedule(delay, this::run);
  }

  private void run() {
    synchronized (this) {
      next = null;
    }
    Duration pause;
    try {
      pause = task.call();
      backoff.reset();
    } catch (Throwable e) {
      thread.fault(e);
      pause = backoff.next();
    }
    if (!thread.isClosed()) {
      within(pause);
    }
  }
}
