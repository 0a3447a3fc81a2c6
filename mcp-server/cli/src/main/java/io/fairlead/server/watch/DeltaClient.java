package io.fairlead.server.watch;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.fairlead.common.Backoff;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.time.Instant;
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
 * An incremental client of one type. If its stream ends after it was answered once, it reconnects
 * with the versions it has, so that it only gets the differences.
 *
 * <p>Its state is confined to the callbacks of one stream at a time: the next is opened only after
 * the last has ended.
 */
final class DeltaClient {
  private final Channel channel;
  private final String typeUrl;
  private final String revision;
  private final Predicate<WatchedResponse> wantsMore;
  private final Consumer<Throwable> lost;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), new Random());
  private final Map<String, String> held = new TreeMap<>();
  private boolean answered;

  private DeltaClient(
      Channel channel,
      String typeUrl,
      String revision,
      Predicate<WatchedResponse> wantsMore,
      Consumer<Throwable> lost) {
    this.channel = channel;
    this.typeUrl = typeUrl;
    this.revision = revision;
    this.wantsMore = wantsMore;
    this.lost = lost;
  }

  /**
   * Opens a stream and asks for a type.
   *
   * @param wantsMore called with each response, one at a time; false ends the watch
   * @param lost called with the reason when a stream ends that is going to be opened again
   * @return completes when the watch ends: normally if it was ended by {@code wantsMore}, else with
   *     the error
   */
  static CompletableFuture<Void> watch(
      Channel channel,
      String typeUrl,
      String revision,
      Predicate<WatchedResponse> wantsMore,
      Consumer<Throwable> lost) {
    DeltaClient client = new DeltaClient(channel, typeUrl, revision, wantsMore, lost);
    client.connect();
    return client.done;
  }

  private void connect() {
    Stream stream = new Stream();
    AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(stream);
    stream.requests.onNext(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(typeUrl)
            .setNode(
                Node.newBuilder()
                    .setId("fairlead-watch")
                    .setMetadata(
                        Struct.newBuilder()
                            .putFields(
                                "ISTIO_REVISION",
                                Value.newBuilder().setStringValue(revision).build())))
            .putAllInitialResourceVersions(held)
            .build());
  }

  private WatchedResponse take(DeltaDiscoveryResponse response) {
    TreeSet<String> changed = new TreeSet<>();
    for (Resource resource : response.getResourcesList()) {
      if (!resource.getVersion().equals(held.put(resource.getName(), resource.getVersion()))) {
        changed.add(resource.getName());
      }
    }
    TreeSet<String> removed = new TreeSet<>(response.getRemovedResourcesList());
    removed.retainAll(held.keySet());
    held.keySet().removeAll(removed);
    return new WatchedResponse(
        Instant.now(),
        response.getTypeUrl(),
        response.getSystemVersionInfo(),
        response.getSerializedSize(),
        held.size(),
        List.copyOf(changed),
        List.copyOf(removed));
  }

  private void ended(Throwable error) {
    boolean comesBack = Status.fromThrowable(error).getCode() != Status.Code.INVALID_ARGUMENT;
    if (done.isDone()) {
      return;
    }
    if (!answered || !comesBack) {
      done.completeExceptionally(error);
      return;
    }
    lost.accept(error);
    CompletableFuture.delayedExecutor(backoff.next().toMillis(), TimeUnit.MILLISECONDS)
        .execute(this::connect);
  }

  private final class Stream
      implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    // Set by beforeStart, before anything else can happen.
    @SuppressWarnings("NullAway.Init")
    private ClientCallStreamObserver<DeltaDiscoveryRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> requestStream) {
      requests = requestStream;
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      answered = true;
      backoff.reset();
      WatchedResponse seen = take(response);
      requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(typeUrl)
              .setResponseNonce(response.getNonce())
              .build());
      if (!wantsMore.test(seen)) {
        done.complete(null);
        requests.onCompleted();
      }
    }

    @Override
    public void onError(Throwable error) {
      ended(error);
    }

    @Override
    public void onCompleted() {
      ended(Status.UNAVAILABLE.withDescription("the server ended the stream").asException());
    }
  }
}
