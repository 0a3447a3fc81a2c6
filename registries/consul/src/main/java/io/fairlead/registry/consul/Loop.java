package io.fairlead.registry.consul;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The event loop that owns an adapter's state, with its clock, its timers, and the assertion that
 * code runs on it.
 */
final class Loop {
  private final Vertx vertx;
  private final String registry;
  private volatile boolean closed;
  private Supplier<Future<Void>> onClose = Future::succeededFuture;
  // Written once, by the first task on the loop.
  private volatile Thread thread = Thread.currentThread();

  Loop(Vertx vertx, String registry) {
    this.vertx = vertx;
    this.registry = registry;
  }

  /**
   * Binds the loop to the calling thread, Vert.x's only one, and names it; the first task calls it.
   */
  void bindToCurrentThread() {
    thread = Thread.currentThread();
    thread.setName("consul-" + registry);
  }

  /** Throws unless it is called on the loop's thread. */
  void assertOnLoop() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "thread: " + Thread.currentThread().getName() + " (expected: " + thread.getName() + ")");
    }
  }

  /** Returns the name of the registry, for log lines. */
  String registry() {
    return registry;
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Returns the monotonic time in nanoseconds. */
  long now() {
    return System.nanoTime();
  }

  /** Runs a task on the loop after a delay; never after {@link #close()}. */
  Timer after(Duration delay, Runnable task) {
    assertOnLoop();
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

  /** Runs a task on the loop periodically. */
  Timer every(Duration period, Runnable task) {
    assertOnLoop();
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

  /** Runs a task when the loop is closed, which is done when the task is. */
  void onClose(Supplier<Future<Void>> task) {
    assertOnLoop();
    onClose = task;
  }

  /** Closes the loop: timers and answers have no effect from now on. */
  Future<Void> close() {
    assertOnLoop();
    closed = true;
    return onClose.get();
  }

  boolean isClosed() {
    return closed;
  }

  /** A scheduled task. */
  interface Timer {
    void cancel();
  }
}
