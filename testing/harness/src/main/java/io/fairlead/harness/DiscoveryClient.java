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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of an xDS server: of the gateway as an istiod is one, or an incremental one. It asks for
 * types on one stream, hands each response to its listener and ACKs it then. The listener is called
 * in the order of the responses, by one thread at a time; one that throws ends the stream. It does
 * not connect again. Thread-safe.
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
   * Asks for the state of the world of one type, as an istiod without a revision; an end of the
   * stream is ignored.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param type such as {@code networking.istio.io/v1/ServiceEntry}
   */
  public static DiscoveryClient stateOfTheWorld(
      String address, String type, Consumer<DiscoveryResponse> listener) {
    return stateOfTheWorld(address, "", List.of(type), listener, DiscoveryClient::ignore);
  }

  /**
   * Asks for the state of the world of several types.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param revision of the istiod, empty for none
   * @param types such as {@code networking.istio.io/v1/ServiceEntry}
   * @param end called once with what ended the stream, {@link #close()} included
   */
  public static DiscoveryClient stateOfTheWorld(
      String address,
      String revision,
      List<String> types,
      Consumer<DiscoveryResponse> listener,
      Consumer<Throwable> end) {
    List<DiscoveryRequest> first = new ArrayList<>();
    for (String type : types) {
      DiscoveryRequest.Builder request = DiscoveryRequest.newBuilder().setTypeUrl(type);
      // As istiod does: who it is, it says once a stream.
      first.add((first.isEmpty() ? request.setNode(node(revision)) : request).build());
    }
    return exchange(
        address,
        first,
        response -> {
          listener.accept(response);
          return List.of(
              DiscoveryRequest.newBuilder()
                  .setTypeUrl(response.getTypeUrl())
                  .setVersionInfo(response.getVersionInfo())
                  .setResponseNonce(response.getNonce())
                  .build());
        },
        end);
  }

  /**
   * Speaks the state-of-the-world protocol with requests of one's own.
   *
   * @param address {@code HOST:PORT}
   * @param first the first requests
   * @param answer gives the requests that follow a response; called as a listener is
   * @param end called once with what ended the stream, {@link #close()} included
   */
  static DiscoveryClient exchange(
      String address,
      List<DiscoveryRequest> first,
      Function<DiscoveryResponse, List<DiscoveryRequest>> answer,
      Consumer<Throwable> end) {
    DiscoveryClient client = new DiscoveryClient(address);
    AggregatedDiscoveryServiceGrpc.newStub(client.channel)
        .streamAggregatedResources(new Stream<>(first, answer, end));
    return client;
  }

  /**
   * Asks for what differs from what it holds, as an istiod without a revision; an end of the stream
   * is ignored.
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
                List.of(
                    DeltaDiscoveryRequest.newBuilder()
                        .setNode(node(""))
                        .setTypeUrl(type)
                        .putAllInitialResourceVersions(versions)
                        .build()),
                response -> {
                  listener.accept(response);
                  return List.of(
                      DeltaDiscoveryRequest.newBuilder()
                          .setTypeUrl(type)
                          .setResponseNonce(response.getNonce())
                          .build());
                },
                DiscoveryClient::ignore));
    return client;
  }

  private static void ignore(Throwable cause) {
    LOG.debug("client: the stream ended", cause);
  }

  private static Node node(String revision) {
    Struct.Builder metadata = Struct.newBuilder().putFields("GENERATOR", text("api"));
    if (!revision.isEmpty()) {
      metadata.putFields("ISTIO_REVISION", text(revision));
    }
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~client.default~default.svc.cluster.local")
        .setMetadata(metadata)
        .build();
  }

  static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** One stream: first requests, and those that answer each response. */
  private static final class Stream<Q, R> implements ClientResponseObserver<Q, R> {
    private final List<Q> first;
    private final Function<R, List<Q>> answer;
    private final Consumer<Throwable> end;
    private @Nullable ClientCallStreamObserver<Q> requests;

    private Stream(List<Q> first, Function<R, List<Q>> answer, Consumer<Throwable> end) {
      this.first = List.copyOf(first);
      this.answer = answer;
      this.end = end;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> stream) {
      requests = stream;
      stream.setOnReadyHandler(new FirstRequests());
    }

    /** Sends the first requests once. */
    private final class FirstRequests implements Runnable {
      private boolean sent;

      @Override
      public void run() {
        if (!sent) {
          sent = true;
          send(first);
        }
      }
    }

    private void send(List<Q> all) {
      if (requests != null) {
        all.forEach(requests::onNext);
      }
    }

    @Override
    public void onNext(R response) {
      send(answer.apply(response));
    }

    @Override
    public void onError(Throwable cause) {
      end.accept(cause);
    }

    @Override
    public void onCompleted() {
      end.accept(new IllegalStateException("the server ended the stream"));
    }
  }
}
