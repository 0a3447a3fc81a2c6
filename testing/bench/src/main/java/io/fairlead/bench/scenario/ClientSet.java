package io.fairlead.bench.scenario;

import io.fairlead.bench.client.LeanClient;
import io.fairlead.bench.client.Response;
import io.fairlead.harness.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Clients that each are connected to every source, as so many istiods would be. */
final class ClientSet implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final List<LeanClient> clients = new ArrayList<>();
  private final int count;

  private ClientSet(int count) {
    this.count = count;
  }

  /** Connects, and waits until each has its first answer of each source. */
  static ClientSet connect(
      List<Integer> ports, int count, LeanClient.Protocol protocol, Consumer<Response> listener) {
    ClientSet set = new ClientSet(count);
    for (int client = 0; client < count; client++) {
      for (int port : ports) {
        set.clients.add(LeanClient.connect(port, protocol, listener));
      }
    }
    set.await(() -> set.clients.stream().allMatch(client -> client.responses() > 0));
    return set;
  }

  /** Clients that do nothing with responses. */
  static ClientSet connect(List<Integer> ports, int count, LeanClient.Protocol protocol) {
    return connect(ports, count, protocol, response -> {});
  }

  /** Bytes that all have got. */
  long bytes() {
    return clients.stream().mapToLong(LeanClient::bytes).sum();
  }

  /** Responses that all have got. */
  long responses() {
    return clients.stream().mapToLong(LeanClient::responses).sum();
  }

  /** Waits until each client has one response more, of whatever source, than at that moment. */
  void awaitOneEach(long before) {
    await(() -> responses() >= before + count);
  }

  private void await(java.util.function.BooleanSupplier reached) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "clients: " + responses() + " responses within " + LIMIT + " (expected: more)");
      }
      Pause.of(PAUSE);
    }
  }

  @Override
  public void close() {
    clients.forEach(LeanClient::close);
  }
}
