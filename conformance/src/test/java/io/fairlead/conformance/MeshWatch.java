package io.fairlead.conformance;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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

  private final ManagedChannel channel;
  private final StreamObserver<DiscoveryRequest> requests;
  private final List<String> losses = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private SortedMap<String, Set<String>> held = new TreeMap<>();

  MeshWatch(GatewayProcess gateway) {
    channel =
        NettyChannelBuilder.forTarget(gateway.xdsAddress())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    Struct metadata =
        Struct.newBuilder()
            .putFields("GENERATOR", text("api"))
            .putFields("ISTIO_REVISION", text(Istiods.REVISION))
            .build();
    synchronized (this) {
      requests =
          AggregatedDiscoveryServiceGrpc.newStub(channel)
              .streamAggregatedResources(new Responses());
      requests.onNext(
          DiscoveryRequest.newBuilder()
              .setTypeUrl(TYPE)
              .setNode(Node.newBuilder().setId("mesh-watch").setMetadata(metadata))
              .build());
    }
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
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

  private synchronized void received(DiscoveryResponse response)
      throws InvalidProtocolBufferException {
    SortedMap<String, Set<String>> next = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      ServiceEntry entry =
          ServiceEntry.parseFrom(Resource.parseFrom(any.getValue()).getBody().getValue());
      next.put(entry.getHosts(0), endpoints(entry));
    }
    held.forEach((host, before) -> note(host, before, next.get(host)));
    held = next;
    requests.onNext(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(TYPE)
            .setVersionInfo(response.getVersionInfo())
            .setResponseNonce(response.getNonce())
            .build());
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

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Responses implements StreamObserver<DiscoveryResponse> {
    @Override
    public void onNext(DiscoveryResponse response) {
      try {
        received(response);
      } catch (InvalidProtocolBufferException e) {
        onError(e);
      }
    }

    @Override
    public void onError(Throwable cause) {
      synchronized (MeshWatch.this) {
        faults.add(cause.toString());
      }
    }

    @Override
    public void onCompleted() {
      onError(new IllegalStateException("ended by the gateway"));
    }
  }
}
