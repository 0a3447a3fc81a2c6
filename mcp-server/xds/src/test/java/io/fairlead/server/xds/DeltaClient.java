package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An incremental client under the test's control; it notes what it holds. */
final class DeltaClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final BlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
  private final StreamObserver<DeltaDiscoveryRequest> requests;
  private final Node node;
  private final String typeUrl;
  private boolean first = true;

  /** Name to version of everything held. */
  final Map<String, String> held = new TreeMap<>();

  DeltaClient(int port, String revision, String typeUrl) {
    this.typeUrl = typeUrl;
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    node =
        Node.newBuilder()
            .setId("delta")
            .setMetadata(
                Struct.newBuilder()
                    .putFields(
                        "ISTIO_REVISION", Value.newBuilder().setStringValue(revision).build()))
            .build();
    requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .deltaAggregatedResources(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DeltaDiscoveryResponse value) {
                    responses.add(value);
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {}
                });
  }

  void send(DeltaDiscoveryRequest.Builder request) {
    if (first) {
      first = false;
      request.setNode(node);
    }
    requests.onNext(request.setTypeUrl(typeUrl).build());
  }

  /** Asks for everything and says what is held. */
  void subscribe() {
    send(DeltaDiscoveryRequest.newBuilder().putAllInitialResourceVersions(held));
  }

  void subscribe(String... names) {
    send(DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(List.of(names)));
  }

  void unsubscribe(String... names) {
    send(DeltaDiscoveryRequest.newBuilder().addAllResourceNamesUnsubscribe(List.of(names)));
  }

  /** Takes the response into what is held, and ACKs it. */
  void ack(DeltaDiscoveryResponse response) {
    for (Resource resource : response.getResourcesList()) {
      held.put(resource.getName(), resource.getVersion());
    }
    response.getRemovedResourcesList().forEach(held::remove);
    send(DeltaDiscoveryRequest.newBuilder().setResponseNonce(response.getNonce()));
  }

  void nack(DeltaDiscoveryResponse response) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage("refused by the test")));
  }

  DeltaDiscoveryResponse await() {
    DeltaDiscoveryResponse response = poll(30_000);
    assertThat(response).as("a response within 30 s").isNotNull();
    return Objects.requireNonNull(response);
  }

  void awaitSilence() {
    assertThat(poll(300)).as("a response that is not due").isNull();
  }

  @Nullable DeltaDiscoveryResponse poll(long millis) {
    try {
      return responses.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).sorted().toList();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
