package io.fairlead.server.admin;

import io.fairlead.registry.Secret;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the operators' token, on a thread of its own: a file system that hangs delays neither
 * the event loop nor a stop. One read at a time; requests that come meanwhile share it. It is read
 * anew for each, so that a rotated one takes effect. Thread-safe.
 */
final class TokenReader implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Supplier<String> secret;
  private final Duration limit;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> {
            Thread reader = new Thread(task, "admin-token");
            reader.setDaemon(true);
            return reader;
          },
          new ThreadPoolExecutor.DiscardPolicy());
  // Guarded by "this".
  private @Nullable CompletableFuture<String> reading;

  TokenReader(Secret secret) {
    this(secret::read, LIMIT);
  }

  TokenReader(Supplier<String> secret, Duration limit) {
    this.secret = secret;
    this.limit = limit;
  }

  /**
   * Returns the token as it is now. Fails with {@link
   * io.fairlead.registry.SecretUnavailableException} where there is none, and with {@link
   * java.util.concurrent.TimeoutException} after 5 s.
   */
  synchronized CompletableFuture<String> read() {
    CompletableFuture<String> present = reading;
    if (present == null || present.isDone()) {
      CompletableFuture<String> begun = new CompletableFuture<>();
      thread.execute(() -> readInto(begun));
      reading = begun;
      present = begun;
    }
    return present.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void readInto(CompletableFuture<String> result) {
    try {
      result.complete(secret.get());
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
