package io.fairlead.bench.scenario;

import io.fairlead.bench.client.Response;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Responses of lean clients, to be waited for. Thread-safe. */
final class Awaited implements Consumer<Response> {
  private final LinkedBlockingQueue<Response> responses = new LinkedBlockingQueue<>();

  @Override
  public void accept(Response response) {
    responses.add(response);
  }

  /** Returns the next response that passes; those before it are dropped. */
  Response next(Predicate<Response> test, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (true) {
        Response response = responses.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (response == null) {
          throw new IllegalStateException("no such response (expected: within " + limit + ")");
        }
        if (test.test(response)) {
          return response;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted (expected: left alone)", e);
    }
  }

  /** Forgets what has come. */
  void clear() {
    responses.clear();
  }
}
