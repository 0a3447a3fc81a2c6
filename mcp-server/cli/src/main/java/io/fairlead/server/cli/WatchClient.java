package io.fairlead.server.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.common.Backoff;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A client of one type that ACKs everything. By the state of the world it does what istiod does:
 * asks once, and deletes what a response lacks. If the stream of an incremental one ends after it
 * was answered once, it reconnects with the versions it has, so that it only gets the differences.
 *
 * <p>Its state is confined to the callbacks of one stream at a time: the next is opened only after
 * the last has ended.
 */
final class WatchClient {
  private final Channel channel;
  private final String typeUrl;
  private final String revision;
  private final Predicate<WatchedResponse> wantsMore;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Map<String, String> held = new TreeMap<>();
  private boolean answered;

  private WatchClient(
      Channel channel, String typeUrl, String revision, Predicate<WatchedResponse> wantsMore) {
    this.channel = channel;
    this.typeUrl = typeUrl;
    this.revision = revision;
    this.wantsMore = wantsMore;
  }

  /**
   * Opens a stream and asks for the state of the world of a type.
   *
   * @param wantsMore called with each response, one at a time; false ends the watch
   * @return completes when the stream ends: normally if it was ended by {@code wantsMore}, else
   *     with the error
   */
  static CompletableFuture<Void> stateOfTheWorld(
      Channel channel, String typeUrl, String revision, Predicate<WatchedResponse> wantsMore) {
    WatchClient client = new WatchClient(channel, typeUrl, revision, wantsMore);
    StateStream stream = client.new StateStream();
    AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(stream);
    stream.begin();
    return client.done;
  }

  /**
   * Opens an incremental stream and asks for a type.
   *
   * @param wantsMore called with each response, one at a time; false ends the watch
   * @param lost called with the reason when a stream ends that is going to be opened again
   * @return completes when the watch ends: normally if it was ended by {@code wantsMore}, else with
   *     the error
   */
  static CompletableFuture<Void> incremental(
      Channel channel,
      String typeUrl,
      String revision,
      Predicate<WatchedResponse> wantsMore,
      Consumer<Throwable> lost) {
    WatchClient client = new WatchClient(channel, typeUrl, revision, wantsMore);
    client.connect(
        new Reconnection(
            lost, new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), new Random())));
    return client.done;
  }

  /**
   * The way back of an incremental client.
   *
   * @param lost called with the reason before each
   * @param backoff the time until the next
   */
  private record Reconnection(Consumer<Throwable> lost, Backoff backoff) {}

  private void connect(Reconnection reconnection) {
    DeltaStream stream = new DeltaStream(reconnection);
    AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(stream);
    stream.begin();
  }

  private static Node node(String id, Map<String, String> metadata) {
    Struct.Builder struct = Struct.newBuilder();
    metadata.forEach(
        (key, text) -> struct.putFields(key, Value.newBuilder().setStringValue(text).build()));
    return Node.newBuilder().setId(id).setMetadata(struct).build();
  }

  private WatchedResponse seen(
      String version, int bytes, Collection<String> changed, Collection<String> removed) {
    return new WatchedResponse(
        Instant.now(),
        typeUrl,
        version,
        bytes,
        held.size(),
        List.copyOf(changed),
        List.copyOf(removed));
  }

  /** One stream, in either variant of the protocol. */
  private abstract class Stream<Q, R> implements ClientResponseObserver<Q, R> {
    // Set by beforeStart, before anything else can happen.
    @SuppressWarnings("NullAway.Init")
    private ClientCallStreamObserver<Q> requests;

    abstract Q first();

    /** Takes a response into what is held. */
    abstract WatchedResponse take(R response) throws InvalidProtocolBufferException;

    abstract Q ack(R response);

    @Override
    public final void beforeStart(ClientCallStreamObserver<Q> requestStream) {
      requests = requestStream;
    }

    final void begin() {
      requests.onNext(first());
    }

    @Override
    public final void onNext(R response) {
      WatchedResponse seen;
      try {
        seen = take(response);
      } catch (InvalidProtocolBufferException e) {
        requests.cancel("not a resource of istio.mcp.v1alpha1", e);
        return;
      }
      requests.onNext(ack(response));
      if (!wantsMore.test(seen)) {
        done.complete(null);
        requests.onCompleted();
      }
    }
  }

  private final class StateStream extends Stream<DiscoveryRequest, DiscoveryResponse> {
    @Override
    DiscoveryRequest first() {
      return DiscoveryRequest.newBuilder()
          .setTypeUrl(typeUrl)
          .setNode(
              node(
                  "sidecar~127.0.0.1~fairlead-watch.default~default.svc.cluster.local",
                  Map.of("GENERATOR", "api", "ISTIO_REVISION", revision)))
          .build();
    }

    @Override
    WatchedResponse take(DiscoveryResponse response) throws InvalidProtocolBufferException {
      Map<String, String> received = new TreeMap<>();
      for (Any any : response.getResourcesList()) {
        Resource resource = Resource.parseFrom(any.getValue());
        received.put(resource.getMetadata().getName(), resource.getMetadata().getVersion());
      }
      TreeSet<String> changed = new TreeSet<>(received.keySet());
      changed.removeIf(
          name -> {
            String version = received.getOrDefault(name, "");
            return version.equals(held.get(name)) && !version.isEmpty();
          });
      TreeSet<String> removed = new TreeSet<>(held.keySet());
      removed.removeAll(received.keySet());
      held.clear();
      held.putAll(received);
      return seen(response.getVersionInfo(), response.getSerializedSize(), changed, removed);
    }

    @Override
    DiscoveryRequest ack(DiscoveryResponse response) {
      return DiscoveryRequest.newBuilder()
          .setTypeUrl(response.getTypeUrl())
          .setVersionInfo(response.getVersionInfo())
          .setResponseNonce(response.getNonce())
          .build();
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

  private final class DeltaStream extends Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    private final Reconnection reconnection;

    DeltaStream(Reconnection reconnection) {
      this.reconnection = reconnection;
    }

    @Override
    DeltaDiscoveryRequest first() {
      return DeltaDiscoveryRequest.newBuilder()
          .setTypeUrl(typeUrl)
          .setNode(node("fairlead-watch", Map.of("ISTIO_REVISION", revision)))
          .putAllInitialResourceVersions(held)
          .build();
    }

    @Override
    WatchedResponse take(DeltaDiscoveryResponse response) {
      answered = true;
      reconnection.backoff().reset();
      TreeSet<String> changed = new TreeSet<>();
      for (var resource : response.getResourcesList()) {
        if (!resource.getVersion().equals(held.put(resource.getName(), resource.getVersion()))) {
          changed.add(resource.getName());
        }
      }
      TreeSet<String> removed = new TreeSet<>(response.getRemovedResourcesList());
      removed.retainAll(held.keySet());
      held.keySet().removeAll(removed);
      return seen(response.getSystemVersionInfo(), response.getSerializedSize(), changed, removed);
    }

    @Override
    DeltaDiscoveryRequest ack(DeltaDiscoveryResponse response) {
      return DeltaDiscoveryRequest.newBuilder()
          .setTypeUrl(typeUrl)
          .setResponseNonce(response.getNonce())
          .build();
    }

    @Override
    public void onError(Throwable error) {
      boolean comesBack = Status.fromThrowable(error).getCode() != Status.Code.INVALID_ARGUMENT;
      if (done.isDone()) {
        return;
      }
      if (!answered || !comesBack) {
        done.completeExceptionally(error);
        return;
      }
      reconnection.lost().accept(error);
      CompletableFuture.delayedExecutor(
              reconnection.backoff().next().toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> connect(reconnection));
    }

    @Override
    public void onCompleted() {
      onError(Status.UNAVAILABLE.withDescription("the server ended the stream").asException());
    }
  }
}
