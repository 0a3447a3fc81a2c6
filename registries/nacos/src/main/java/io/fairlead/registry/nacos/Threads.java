package io.fairlead.registry.nacos;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one registry: the owner, which has all state and makes all calls of the sink, and
 * readers for calls that block. Thread-safe.
 */
final class Threads {
  /** Direct reads that may be under way at once. */
  static final int DIRECT_READS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
  // Beside the direct reads: one list, one whole read.
  private static final int READERS = DIRECT_READS + 2;
  private static final long END_SECONDS = 15;

  private final String registry;
  private final Consumer<Exception> onError;
  private final ScheduledThreadPoolExecutor owner;
  private final ThreadPoolExecutor readers;
  private volatile boolean closed;

  /**
   * @param onError called on the owner's thread with an exception that a task of its own let out
   */
  Threads(String registry, Consumer<Exception> onError) {
    this.registry = registry;
    this.onError = onError;
    this.owner = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, registry));
    owner.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    AtomicLong number = new AtomicLong();
    this.readers =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> new Thread(task, registry + "-read-" + number.incrementAndGet()));
    readers.allowCoreThreadTimeOut(true);
  }

  /** Runs a task on the owner's thread. */
  void own(Runnable task) {
    after(Duration.ZERO, task);
  }

  /** Runs a task on the owner's thread later. */
  void after(Duration delay, Runnable task) {
    try {
      Future<?> unused = owner.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.trace("{}: closed", registry, e);
    }
  }

  private void guarded(Runnable task) {
    if (closed) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("{}: unexpected error", registry, e);
      onError.accept(e);
    }
  }

  /** Runs a blocking call on a reader and hands its outcome to the owner's thread. */
  <T> void read(Callable<T> call, Consumer<T> onResult, Consumer<Exception> onFailure) {
    try {
      readers.execute(
          () -> {
            try {
              T result = call.call();
              own(() -> onResult.accept(result));
            } catch (Exception e) {
              own(() -> onFailure.accept(e));
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.trace("{}: closed", registry, e);
    }
  }

  /** From now on tasks do nothing; one that runs goes on. */
  void stopTaking() {
    closed = true;
  }

  /** Ends all threads and waits for them; what blocks the readers must have been closed. */
  void close() {
    closed = true;
    owner.shutdown();
    readers.shutdownNow();
    try {
      if (!owner.awaitTermination(END_SECONDS, TimeUnit.SECONDS)
          || !readers.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{}: a call did not end within {} s", registry, END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
