package io.fairlead.harness;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the gateway as an istiod without a revision is one, or an incremental one: it asks
 * for one type, hands each response to its listener and ACKs it. The listener is called in the
 * order of the responses, by one thread at a time. It does not connect again. Thread-safe.
 */
public final class DiscoveryClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryClient.class);

  private final ManagedChannel channel;

  private DiscoveryClient(String address) {
    this.channel =
        NettyChannelBuilder.forTarget(address)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /**
   * Asks for the state of the world.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param type such as {@code networking.istio.io/v1/ServiceEntry}
   */
  public static DiscoveryClient stateOfTheWorld(
      String address, String type, Consumer<DiscoveryResponse> listener) {
    DiscoveryClient client = new DiscoveryClient(address);
    AggregatedDiscoveryServiceGrpc.newStub(client.channel)
        .streamAggregatedResources(
            new Stream<DiscoveryRequest, DiscoveryResponse>(
                DiscoveryRequest.newBuilder().setNode(node()).setTypeUrl(type).build(),
                response ->
                    DiscoveryRequest.newBuilder()
                        .setTypeUrl(type)
                        .setVersionInfo(response.getVersionInfo())
                        .setResponseNonce(response.getNonce())
                        .build(),
                listener));
    return client;
  }

  /**
   * Asks for what differs from what it holds.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param type such as {@code networking.istio.io/v1/ServiceEntry}
   * @param versions what it holds already, by name
   */
  public static DiscoveryClient incremental(
      String address,
      String type,
      Map<String, String> versions,
      Consumer<DeltaDiscoveryResponse> listener) {
    DiscoveryClient client = new DiscoveryClient(address);
    AggregatedDiscoveryServiceGrpc.newStub(client.channel)
        .deltaAggregatedResources(
            new Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(
                DeltaDiscoveryRequest.newBuilder()
                    .setNode(node())
                    .setTypeUrl(type)
                    .putAllInitialResourceVersions(versions)
                    .build(),
                response ->
                    DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(type)
                        .setResponseNonce(response.getNonce())
                        .build(),
                listener));
    return client;
  }

  private static Node node() {
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~probe.default~default.svc.cluster.local")
        .setMetadata(
            Struct.newBuilder()
                .putFields("GENERATOR", Value.newBuilder().setStringValue("api").build()))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** One stream: a first request, and an ACK for each response. */
  private static final class Stream<Q, R> implements ClientResponseObserver<Q, R> {
    private final Q first;
    private final Function<R, Q> ack;
    private final Consumer<R> listener;
    private @Nullable ClientCallStreamObserver<Q> requests;

    private Stream(Q first, Function<R, Q> ack, Consumer<R> listener) {
      this.first = first;
      this.ack = ack;
      this.listener = listener;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
      requests = stream;
      stream.setOnReadyHandler(new FirstRequest());
    }

    /** Sends the first request once. */
    private final class FirstRequest implements Runnable {
      private boolean sent;

      @Override
      public void run() {
        if (!sent && requests != null) {
          sent = true;
          requests.onNext(first);
        }
      }
    }

    @Override
    public void onNext(R response) {
      listener.accept(response);
      if (requests != null) {
        requests.onNext(ack.apply(response));
      }
    }

    @Override
    public void onError(Throwable cause) {
      LOG.debug("client: the stream ended", cause);
    }

    @Override
    public void onCompleted() {
      LOG.debug("client: the server ended the stream");
    }
  }
}
