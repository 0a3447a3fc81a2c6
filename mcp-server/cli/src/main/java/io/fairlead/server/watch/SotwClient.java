package io.fairlead.server.watch;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A state-of-the-world client of one type that does what istiod does: asks once, ACKs everything,
 * deletes what a response lacks. Its state is confined to the call's callbacks.
 */
final class SotwClient implements ClientResponseObserver<DiscoveryRequest, DiscoveryResponse> {
  private final String revision;
  private final Predicate<WatchedResponse> wantsMore;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Map<String, String> held = new TreeMap<>();

  // Set by beforeStart, before anything else can happen.
  @SuppressWarnings("NullAway.Init")
  private ClientCallStreamObserver<DiscoveryRequest> requests;

  private SotwClient(String revision, Predicate<WatchedResponse> wantsMore) {
    this.revision = revision;
    this.wantsMore = wantsMore;
  }

  /**
   * Opens a stream and asks for a type.
   *
   * @param wantsMore called with each response, one at a time; false ends the stream
   * @return completes when the stream ends: normally if it was ended by {@code wantsMore}, else
   *     with the error
   */
  static CompletableFuture<Void> watch(
      Channel channel, String typeUrl, String revision, Predicate<WatchedResponse> wantsMore) {
    SotwClient client = new SotwClient(revision, wantsMore);
    AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(client);
    client.requests.onNext(
        DiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setNode(client.node()).build());
    return client.done;
  }

  private Node node() {
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~fairlead-watch.default~default.svc.cluster.local")
        .setMetadata(
            Struct.newBuilder()
                .putFields("GENERATOR", text("api"))
                .putFields("ISTIO_REVISION", text(revision)))
        .build();
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> requestStream) {
    requests = requestStream;
  }

  @Override
  public void onNext(DiscoveryResponse response) {
    WatchedResponse seen;
    try {
      seen = take(response);
    } catch (InvalidProtocolBufferException e) {
      requests.cancel("not a resource of istio.mcp.v1alpha1", e);
      return;
    }
    requests.onNext(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setVersionInfo(response.getVersionInfo())
            .setResponseNonce(response.getNonce())
            .build());
    if (!wantsMore.test(seen)) {
      done.complete(null);
      requests.onCompleted();
    }
  }

  private WatchedResponse take(DiscoveryResponse response) throws InvalidProtocolBufferException {
    Map<String, String> received = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      Resource resource = Resource.parseFrom(any.getValue());
      received.put(resource.getMetadata().getName(), resource.getMetadata().getVersion());
    }
    List<String> changed = new ArrayList<>();
    received.forEach(
        (name, version) -> {
          if (!version.equals(held.get(name)) || version.isEmpty()) {
            changed.add(name);
          }
        });
    TreeSet<String> removed = new TreeSet<>(held.keySet());
    removed.removeAll(received.keySet());
    held.clear();
    held.putAll(received);
    return new WatchedResponse(
        Instant.now(),
        response.getTypeUrl(),
        response.getVersionInfo(),
        response.getSerializedSize(),
        received.size(),
        changed,
        List.copyOf(removed));
  }

  @Override
  public void onError(Throwable error) {
    done.completeExceptionally(error);
  }

  @Override
  public void onCompleted() {
    done.completeExceptionally(
        new IllegalStateException("the server ended the stream (expected: it stays open)"));
  }
}
