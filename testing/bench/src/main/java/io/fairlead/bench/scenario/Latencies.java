package io.fairlead.bench.scenario;

import io.fairlead.bench.client.Response;
import io.fairlead.harness.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Times from changes to their ACKs, of clients that read names. Thread-safe. */
final class Latencies implements Consumer<Response> {
  private final Map<String, Long> begun = new ConcurrentHashMap<>();
  private final List<Double> millis = new ArrayList<>();

  /** Notes that the resource of that name is being changed now. */
  void begin(String resource) {
    begun.put(resource, System.nanoTime());
  }

  @Override
  public void accept(Response response) {
    for (Response.Item item : response.items()) {
      Long begin = begun.remove(item.name());
      if (begin != null) {
        synchronized (this) {
          millis.add((response.nanos() - begin) / 1e6);
        }
      }
    }
  }

  /** Waits until every change has its ACK, and gives the times in milliseconds. */
  List<Double> await(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!begun.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            begun.size() + " changes without an ACK (expected: none after " + limit + ")");
      }
      Pause.of(Duration.ofMillis(5));
    }
    synchronized (this) {
      List<Double> all = List.copyOf(millis);
      millis.clear();
      return all;
    }
  }
}
