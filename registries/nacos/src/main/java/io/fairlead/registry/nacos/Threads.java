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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
  // One for the list and one for the whole read, beside the direct reads.
  private static final int READERS = DIRECT_READS + 2;
  private static final long CLOSE_SECONDS = 15;
  private static final Duration RETRY_AFTER_FAULT = Duration.ofSeconds(10);

  private final String registry;
  private final Consumer<Throwable> onError;
  private final Consumer<Duration> readTook;
  private final ScheduledThreadPoolExecutor owner;
  private final ThreadPoolExecutor readers;
  // The owner's thread; it is made anew where a task ends it.
  private volatile @Nullable Thread ownThread;
  private volatile boolean closed;

  /**
   * @param onError called on the owner's thread with what a task of its own threw
   * @param readTook called on a reader's thread with the time of each call that succeeded
   */
  Threads(String registry, Consumer<Throwable> onError, Consumer<Duration> readTook) {
    this.registry = registry;
    this.onError = onError;
    this.readTook = readTook;
    this.owner = new ScheduledThreadPoolExecutor(1, this::newOwner);
    owner.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    AtomicLong number = new AtomicLong();
    this.readers =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> new Thread(task, "nacos-" + registry + "-read-" + number.incrementAndGet()));
    readers.allowCoreThreadTimeOut(true);
  }

  private Thread newOwner(Runnable task) {
    Thread made = new Thread(task, "nacos-" + registry);
    ownThread = made;
    return made;
  }

  /** Whether the calling thread is the owner. */
  boolean isOwner() {
    return Thread.currentThread() == ownThread;
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
      LOG.trace("registry {}: closed", registry, e);
    }
  }

  private void guarded(Runnable task) {
    if (closed) {
      return;
    }
    try {
      task.run();
    } catch (Throwable e) {
      // Everything is caught: the executor would swallow it.
      unexpected(e);
    }
  }

  private void unexpected(Throwable e) {
    LOG.error("registry {}: unexpected error", registry, e);
    try {
      onError.accept(e);
    } catch (Throwable again) {
      LOG.error("registry {}: unexpected error while another was reported", registry, again);
    }
  }

  /**
   * Runs a blocking call on a reader and hands its outcome to the owner's thread. Everything thrown
   * by the call or by {@code onResult} goes to {@code onFailure}.
   */
  <T> void read(Callable<T> call, Consumer<T> onResult, Consumer<Throwable> onFailure) {
    try {
      readers.execute(
          () -> {
            try {
              long begin = System.nanoTime();
              T result = call.call();
              readTook.accept(Duration.ofNanos(System.nanoTime() - begin));
              own(() -> answer(result, onResult, onFailure));
            } catch (Throwable e) {
              own(() -> onFailure.accept(e));
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.trace("registry {}: closed", registry, e);
    }
  }

  private <T> void answer(T result, Consumer<T> onResult, Consumer<Throwable> onFailure) {
    try {
      onResult.accept(result);
    } catch (Throwable e) {
      LOG.error("registry {}: unexpected error", registry, e);
      onFailure.accept(e);
    }
  }

  /**
   * Runs a blocking call on a reader repeatedly until {@link #close}; no failure stops it.
   *
   * @param delay before the first call
   * @param call the call
   * @param onResult takes the result on the owner's thread and gives the time until the next call
   * @param onFailure takes a failure, of the call or of {@code onResult}, and gives that time, too
   */
  <T> void repeat(
      Duration delay,
      Callable<T> call,
      Function<T, Duration> onResult,
      Function<Throwable, Duration> onFailure) {
    after(delay, () -> once(call, onResult, onFailure));
  }

  private <T> void once(
      Callable<T> call, Function<T, Duration> onResult, Function<Throwable, Duration> onFailure) {
    read(
        call,
        result -> {
          Duration delay = onResult.apply(result);
          repeat(delay, call, onResult, onFailure);
        },
        e -> {
          Duration delay = RETRY_AFTER_FAULT;
          try {
            delay = onFailure.apply(e);
          } finally {
            repeat(delay, call, onResult, onFailure);
          }
        });
  }

  /** Ignores tasks from now on; one that is running goes on. */
  void stopTaking() {
    closed = true;
  }

  /**
   * Ends all threads and waits for them, but not for the owner where it calls itself; whatever
   * blocks the readers must have been closed before.
   */
  void close() {
    closed = true;
    owner.shutdown();
    readers.shutdownNow();
    try {
      if ((!isOwner() && !owner.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS))
          || !readers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("registry {}: a call did not end within {} s", registry, CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
