package io.fairlead.registry.consul;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The one event loop that owns an adapter's state: its clock, its timers, and the assertion that
 * code runs on it.
 */
final class Loop {
  private final Vertx vertx;
  private volatile boolean closed;
  private Runnable onClose = () -> {};
  // Written once, by the first task on the loop.
  private volatile Thread thread = Thread.currentThread();

  Loop(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Takes the calling thread, Vert.x's only one, as the loop's; the first task calls it. */
  void own(String name) {
    thread = Thread.currentThread();
    thread.setName(name);
  }

  /** Fails unless it is called on the loop. */
  void check() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "thread: " + Thread.currentThread().getName() + " (expected: " + thread.getName() + ")");
    }
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Monotonic, in nanoseconds. */
  long now() {
    return System.nanoTime();
  }

  /** Runs a task on the loop later; never after {@link #close()}. */
  Timer after(Duration delay, Runnable task) {
    check();
    long id =
        vertx.setTimer(
            Math.max(1, delay.toMillis()),
            fired -> {
              if (!closed) {
                task.run();
              }
            });
    return () -> vertx.cancelTimer(id);
  }

  /** Runs a task on the loop again and again. */
  Timer every(Duration period, Runnable task) {
    check();
    long id =
        vertx.setPeriodic(
            period.toMillis(),
            fired -> {
              if (closed) {
                vertx.cancelTimer(fired);
              } else {
                task.run();
              }
            });
    return () -> vertx.cancelTimer(id);
  }

  /** Runs a task when the loop is closed. */
  void onClose(Runnable task) {
    check();
    onClose = task;
  }

  /** From now on no timer and no answer does anything. */
  void close() {
    check();
    closed = true;
    onClose.run();
  }

  boolean isClosed() {
    return closed;
  }

  /** A task that waits for its time. */
  interface Timer {
    void cancel();
  }
}
