package io.fairlead.conformance;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.DiscoveryClient;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.StateClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two clients of a gateway over all of its restarts, one that gets the state of the world and one
 * incremental that says on its return what it holds. Each response is judged as it comes. Guarded
 * by its own lock.
 */
final class GatewayObserver implements AutoCloseable {
  private static final String TYPE = "networking.istio.io/v1/ServiceEntry";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final SeenVersions versions = new SeenVersions();
  private final SeenNumbers numbers = new SeenNumbers();
  private final Histories histories;
  private final List<DiscoveryClient<?, ?>> clients = new ArrayList<>();
  // Most of a response is as in the last one.
  private final Map<ByteString, SeenResource> decoded = new HashMap<>();
  private Map<String, SeenResource> world = Map.of();
  private final Map<String, SeenResource> increments = new TreeMap<>();
  private int connection;
  private int worlds;
  private long firstNumber;
  private long responses;
  private @Nullable Throwable failure;

  GatewayObserver(Histories histories) {
    this.histories = histories;
  }

  /** The gateway is about to start, with its store or with none. */
  synchronized void starting(boolean storeLost) {
    numbers.started(storeLost);
  }

  /** Connects to a gateway that listens. */
  synchronized void connect(GatewayProcess gateway) {
    disconnect();
    int mine = ++connection;
    worlds = 0;
    clients.add(
        StateClient.acknowledging(
            gateway.xdsAddress(),
            "",
            List.of(TYPE),
            response -> received(mine, response),
            end -> {}));
    Map<String, String> held = new HashMap<>();
    increments.forEach((name, resource) -> held.put(name, resource.version()));
    clients.add(
        DeltaClient.acknowledging(
            gateway.xdsAddress(), TYPE, held, response -> received(mine, response)));
  }

  synchronized void disconnect() {
    connection++;
    clients.forEach(DiscoveryClient::close);
    clients.clear();
  }

  private synchronized void received(int from, DiscoveryResponse response) {
    if (from != connection || failure != null) {
      return;
    }
    try {
      Map<String, SeenResource> next = new TreeMap<>();
      for (Any any : response.getResourcesList()) {
        SeenResource resource = decode(any);
        if (next.put(resource.name(), resource) != null) {
          throw new AssertionError(resource.name() + ": twice (expected: once)");
        }
      }
      numbers.note(response.getVersionInfo(), next.values());
      histories.note(next);
      world = next;
      worlds++;
      responses++;
      if (worlds == 1) {
        firstNumber = numbers.received();
      }
    } catch (Throwable e) {
      failure = e;
    }
    notifyAll();
  }

  private synchronized void received(int from, DeltaDiscoveryResponse response) {
    if (from != connection || failure != null) {
      return;
    }
    try {
      Set<String> unchanged = new HashSet<>();
      for (Resource wrapped : response.getResourcesList()) {
        SeenResource resource = decode(wrapped.getResource());
        SeenResource before = increments.put(resource.name(), resource);
        if (resource.equals(before)) {
          unchanged.add(resource.name());
        }
        if (!wrapped.getVersion().equals(resource.version())) {
          throw new AssertionError(
              resource + ": sent as version " + wrapped.getVersion() + " (expected: its own)");
        }
      }
      increments.keySet().removeAll(response.getRemovedResourcesList());
      if (!unchanged.isEmpty()) {
        throw new AssertionError(unchanged + ": sent again (expected: only what differs)");
      }
      responses++;
    } catch (Throwable e) {
      failure = e;
    }
    notifyAll();
  }

  private SeenResource decode(Any any) {
    if (decoded.size() > 100_000) {
      decoded.clear();
    }
    SeenResource resource = decoded.computeIfAbsent(any.getValue(), bytes -> SeenResource.of(any));
    versions.note(resource);
    return resource;
  }

  /** Waits for the first response of the present connection, and gives its number. */
  synchronized long awaitFirst() {
    await(() -> worlds > 0, () -> "a first response");
    return firstNumber;
  }

  /** Waits until both clients hold exactly what is meant to be there. */
  synchronized void awaitMirrored() {
    await(
        () ->
            MeshService.differences(histories.present(), services(world)).isEmpty()
                && MeshService.differences(histories.present(), services(increments)).isEmpty(),
        () ->
            "what the registries hold; differences: "
                + MeshService.differences(histories.present(), services(world))
                + "; incremental: "
                + MeshService.differences(histories.present(), services(increments)));
    for (String name : world.keySet()) {
      if (!String.valueOf(world.get(name)).equals(String.valueOf(increments.get(name)))) {
        throw new AssertionError(name + ": differs between the two clients (expected: equal)");
      }
    }
  }

  private static Map<String, MeshService> services(Map<String, SeenResource> resources) {
    Map<String, MeshService> services = new HashMap<>();
    resources.forEach((name, resource) -> services.put(name, resource.service()));
    return services;
  }

  private void await(BooleanSupplier state, Supplier<String> what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      check();
      if (state.getAsBoolean()) {
        return;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("no " + what.get() + " (expected: within " + LIMIT + ")");
      }
      try {
        wait(Math.min(left, 100));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /**
   * Fails if any response was wrong.
   *
   * @throws AssertionError with what was wrong
   */
  synchronized void check() {
    if (failure != null) {
      throw new AssertionError(failure.getMessage(), failure);
    }
  }

  /** Notes the gateway's own list of commits. */
  synchronized void noteCommits(GatewayProcess gateway) {
    numbers.noteCommits(gateway.get("/api/v1/commits").path("items"));
  }

  /** The newest number of a commit that was seen. */
  synchronized long lastNumber() {
    return numbers.last();
  }

  /** What was seen, for people. */
  synchronized String figures() {
    return responses
        + " responses, "
        + numbers.size()
        + " states, "
        + versions.size()
        + " contents with their versions";
  }

  @Override
  public void close() {
    disconnect();
  }
}
