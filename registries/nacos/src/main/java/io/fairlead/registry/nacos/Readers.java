package io.fairlead.registry.nacos;

import io.fairlead.registry.support.AdapterThread;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one registry for calls that block, whose outcomes go to the adapter's thread.
 * Thread-safe.
 */
final class Readers implements AutoCloseable {
  /** Direct reads that may be under way at once. */
  static final int DIRECT_READS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
  // One for the list and one for the whole read, beside the direct reads.
  private static final int READERS = DIRECT_READS + 2;
  private static final long CLOSE_SECONDS = 15;
  private static final Duration RETRY_AFTER_FAULT = Duration.ofSeconds(10);

  private final String registry;
  private final AdapterThread owner;
  private final Consumer<Duration> readTook;
  private final ThreadPoolExecutor readers;

  /**
   * @param owner the adapter's thread
   * @param readTook called on a reader's thread with the time of each call that succeeded
   */
  Readers(String registry, AdapterThread owner, Consumer<Duration> readTook) {
    this.registry = registry;
    this.owner = owner;
    this.readTook = readTook;
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

  /**
   * Runs a blocking call on a reader and hands its outcome to the adapter's thread. Everything
   * thrown by the call or by {@code onResult} goes to {@code onFailure}.
   */
  <T> void read(Callable<T> call, Consumer<T> onResult, Consumer<Throwable> onFailure) {
    try {
      readers.execute(
          () -> {
            try {
              long begin = System.nanoTime();
              T result = call.call();
              readTook.accept(Duration.ofNanos(System.nanoTime() - begin));
              owner.execute(() -> answer(result, onResult, onFailure));
            } catch (Throwable e) {
              owner.execute(() -> onFailure.accept(e));
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
      LOG.error("registry {}: a fault in the adapter", registry, e);
      onFailure.accept(e);
    }
  }

  /**
   * Runs a blocking call on a reader repeatedly until the end; no failure stops it.
   *
   * @param delay before the first call
   * @param call the call
   * @param onResult takes the result on the adapter's thread and gives the time until the next call
   * @param onFailure takes a failure, of the call or of {@code onResult}, and gives that time, too
   */
  <T> void repeat(
      Duration delay,
      Callable<T> call,
      Function<T, Duration> onResult,
      Function<Throwable, Duration> onFailure) {
    owner.after(delay, () -> once(call, onResult, onFailure));
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

  /** Ends the threads and waits for them; whatever blocks them must have been closed before. */
  @Override
  public void close() {
    readers.shutdownNow();
    try {
      if (!readers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("registry {}: a call did not end within {} s", registry, CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
