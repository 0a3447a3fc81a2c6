package io.fairlead.server;

import io.fairlead.common.Durations;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch that says in the log when clients begin to be answered, or that it takes longer than it
 * should. Thread-safe.
 */
final class ReadinessWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadinessWatch.class);

  private final CompletableFuture<Void> ready;
  private final Supplier<String> waitedFor;
  private final long startedNanos = System.nanoTime();
  // Guarded by "this".
  private CompletableFuture<Void> wait;

  /**
   * Begins to watch.
   *
   * @param limit how long the wait is normal
   * @param waitedFor gives what is waited for, and why
   */
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  ReadinessWatch(CompletableFuture<Void> ready, Duration limit, Supplier<String> waitedFor) {
    this.ready = ready;
    this.waitedFor = waitedFor;
    this.wait = wait(limit);
    ready.thenRun(() -> LOG.info("Ready: clients are answered"));
  }

  /** Goes by another limit, which counts from the start. */
  synchronized void use(Duration limit) {
    wait.cancel(false);
    wait = wait(limit);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  private CompletableFuture<Void> wait(Duration limit) {
    CompletableFuture<Void> begun = ready.copy();
    long left = limit.toNanos() - (System.nanoTime() - startedNanos);
    begun
        .orTimeout(Math.max(0, left), TimeUnit.NANOSECONDS)
        .whenComplete(
            (done, failure) -> {
              if (failure instanceof TimeoutException) {
                LOG.warn(
                    "Clients have not been answered for {}, since these registries were never read"
                        + " and nothing is known of them from before: {}. They go on waiting until"
                        + " each was read or is taken out of the configuration",
                    Durations.format(limit),
                    waitedFor.get());
              }
            });
    return begun;
  }

  @Override
  public synchronized void close() {
    wait.cancel(false);
  }
}
