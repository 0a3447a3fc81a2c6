package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client of a gateway that asks for several types on one stream and acknowledges everything, as
 * istiod does, and keeps every response: unlike an istiod it can tell how many there were.
 * Thread-safe: its own lock guards its state, and waiters are notified of each response.
 */
final class SourceClient implements AutoCloseable {
  static final String SERVICE_ENTRIES = "networking.istio.io/v1/ServiceEntry";
  private static final List<String> TYPES =
      List.of(
          SERVICE_ENTRIES,
          "networking.istio.io/v1/DestinationRule",
          "networking.istio.io/v1/VirtualService",
          "networking.istio.io/v1/WorkloadEntry");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ManagedChannel channel;
  private final StreamObserver<DiscoveryRequest> requests;
  private final List<Response> responses = new ArrayList<>();
  private @Nullable Throwable end;

  /**
   * A response.
   *
   * @param type what was asked for
   * @param versions by name of the resource
   */
  record Response(String type, SortedMap<String, String> versions) {
    Response {
      versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }
  }

  private SourceClient(String address) {
    this.channel =
        NettyChannelBuilder.forTarget(address)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    synchronized (this) {
      this.requests =
          AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(new Received());
      for (String type : TYPES) {
        requests.onNext(DiscoveryRequest.newBuilder().setNode(node()).setTypeUrl(type).build());
      }
    }
  }

  /** Connects to a gateway that listens. */
  static SourceClient connect(String address) {
    return new SourceClient(address);
  }

  private static Node node() {
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~source-client.default~default.svc.cluster.local")
        .setMetadata(
            Struct.newBuilder()
                .putFields("GENERATOR", text("api"))
                .putFields("ISTIO_REVISION", text(Istiods.REVISION)))
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /** Number of responses so far: a mark for {@link #since}. */
  synchronized int mark() {
    assertThat(end).as("end of the client's stream").isNull();
    return responses.size();
  }

  /** The responses since a mark. */
  synchronized List<Response> since(int mark) {
    assertThat(end).as("end of the client's stream").isNull();
    return List.copyOf(responses.subList(mark, responses.size()));
  }

  /** Those of them with ServiceEntries. */
  List<Response> servicesSince(int mark) {
    return since(mark).stream().filter(one -> one.type().equals(SERVICE_ENTRIES)).toList();
  }

  /** Waits for the first response since a mark with ServiceEntries that passes. */
  Response awaitServices(int mark, Predicate<Response> test) {
    return await(mark, response -> response.type().equals(SERVICE_ENTRIES) && test.test(response));
  }

  /** Waits until every type is answered and it holds the ServiceEntries of exactly these names. */
  void awaitNames(Set<String> names) {
    TYPES.forEach(type -> await(0, response -> response.type().equals(type)));
    await(
        Math.max(0, lastServices()),
        response ->
            response.type().equals(SERVICE_ENTRIES) && response.versions().keySet().equals(names));
  }

  private synchronized int lastServices() {
    for (int i = responses.size() - 1; i >= 0; i--) {
      if (responses.get(i).type().equals(SERVICE_ENTRIES)) {
        return i;
      }
    }
    return -1;
  }

  private synchronized Response await(int mark, Predicate<Response> test) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    int seen = mark;
    while (true) {
      for (; seen < responses.size(); seen++) {
        if (test.test(responses.get(seen))) {
          return responses.get(seen);
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0 || end != null) {
        List<Response> last = responses.subList(Math.max(mark, seen - 3), seen);
        throw new AssertionError(
            "client: no such response within " + LIMIT + "; the last ones: " + last, end);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for a gateway", e);
      }
    }
  }

  private synchronized void received(DiscoveryResponse response) {
    SortedMap<String, String> versions = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      Resource resource = resource(any);
      versions.put(resource.getMetadata().getName(), resource.getMetadata().getVersion());
    }
    responses.add(new Response(response.getTypeUrl(), versions));
    requests.onNext(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setVersionInfo(response.getVersionInfo())
            .setResponseNonce(response.getNonce())
            .build());
    notifyAll();
  }

  private static Resource resource(Any any) {
    try {
      return Resource.parseFrom(any.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a resource of a config source", e);
    }
  }

  private synchronized void ended(Throwable cause) {
    end = cause;
    notifyAll();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Received implements StreamObserver<DiscoveryResponse> {
    @Override
    public void onNext(DiscoveryResponse response) {
      received(response);
    }

    @Override
    public void onError(Throwable cause) {
      ended(cause);
    }

    @Override
    public void onCompleted() {
      ended(new IllegalStateException("the gateway ended the stream"));
    }
  }
}
