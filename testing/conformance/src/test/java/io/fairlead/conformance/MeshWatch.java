package io.fairlead.conformance;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.StateClient;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A client of the gateway that asks for ServiceEntries as istiod does and keeps account of all that
 * ever left: of a fault that lasts a moment, too, nothing is missed. Thread-safe: its own lock
 * guards its state.
 */
final class MeshWatch implements AutoCloseable {
  private static final String TYPE = "networking.istio.io/v1/ServiceEntry";

  private final StateClient client;
  private final List<String> losses = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final Consumer<SortedMap<String, Set<String>>> listener;
  private SortedMap<String, Set<String>> held = new TreeMap<>();

  MeshWatch(GatewayProcess gateway) {
    this(gateway, any -> {});
  }

  /**
   * One that tells of each response.
   *
   * @param listener gets the endpoints of each host; called one at a time, and must not block
   */
  MeshWatch(GatewayProcess gateway, Consumer<SortedMap<String, Set<String>>> listener) {
    this.listener = listener;
    client =
        StateClient.acknowledging(
            gateway.xdsAddress(), Istiods.REVISION, List.of(TYPE), this::received, this::ended);
  }

  /** The endpoints, {@code ADDRESS:PORT}, of each host. */
  synchronized SortedMap<String, Set<String>> held() {
    if (!faults.isEmpty()) {
      throw new AssertionError("the stream of the watch: " + faults);
    }
    return held;
  }

  /** The endpoints of a host; none, too, if the mesh does not have it. */
  Set<String> endpoints(String host) {
    return held().getOrDefault(host, Set.of());
  }

  /** Waits until what is held passes. */
  void await(String what, Duration limit, Predicate<Map<String, Set<String>>> test) {
    Awaitility.await(what)
        .atMost(limit)
        .pollInterval(Duration.ofMillis(50))
        // Not the map itself, which would be in the message as a whole.
        .until(() -> test.test(held()));
  }

  /** All that was once held and was then not: hosts, and endpoints of hosts, in order. */
  synchronized List<String> losses() {
    return List.copyOf(losses);
  }

  private synchronized void received(DiscoveryResponse response) {
    SortedMap<String, Set<String>> next = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      ServiceEntry entry = entry(any);
      next.put(entry.getHosts(0), endpoints(entry));
    }
    held.forEach((host, before) -> note(host, before, next.get(host)));
    held = next;
    listener.accept(next);
  }

  private static ServiceEntry entry(Any any) {
    try {
      return ServiceEntry.parseFrom(Resource.parseFrom(any.getValue()).getBody().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a ServiceEntry of a config source", e);
    }
  }

  private static Set<String> endpoints(ServiceEntry entry) {
    String port = entry.getPorts(0).getName();
    Set<String> endpoints = new TreeSet<>();
    entry
        .getEndpointsList()
        .forEach(
            endpoint ->
                endpoints.add(
                    endpoint.getAddress()
                        + ":"
                        + endpoint.getPortsOrDefault(port, entry.getPorts(0).getNumber())));
    return endpoints;
  }

  private void note(String host, Set<String> before, @Nullable Set<String> now) {
    if (now == null) {
      losses.add(host);
      return;
    }
    for (String endpoint : before) {
      if (!now.contains(endpoint)) {
        losses.add(host + " " + endpoint);
      }
    }
  }

  private synchronized void ended(Throwable cause) {
    faults.add(cause.toString());
  }

  @Override
  public void close() {
    client.close();
  }
}
