package io.fairlead.harness;

import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A client of the state of the world, as istiod is one: each response has all of a type. */
public class StateClient extends DiscoveryClient<DiscoveryRequest, DiscoveryResponse> {
  private final Node node;

  /** Creates a client that says that it is this node. */
  public StateClient(String address, Node node) {
    super(
        channel(address).build(),
        AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod());
    this.node = node;
  }

  /** Creates an istiod of a revision over a channel, which is its own from here on. */
  public StateClient(ManagedChannel channel, String revision) {
    super(channel, AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod());
    this.node = istiod(revision);
  }

  /** Creates a client on the loopback interface that says that it is this node. */
  public StateClient(int port, Node node) {
    this("127.0.0.1:" + port, node);
  }

  /** Creates an istiod of a revision, of none if it is empty. */
  public StateClient(int port, String revision) {
    this(port, istiod(revision));
  }

  /** Creates an istiod of a revision that asks for the incremental variant. */
  public static StateClient incremental(int port, String revision) {
    return new StateClient(
        port,
        node(
            Map.of(
                "FAIRLEAD_INCREMENTAL", "true", "GENERATOR", "api", "ISTIO_REVISION", revision)));
  }

  /**
   * Connects an istiod that asks for types and ACKs each response once its listener has taken it.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param revision of the istiod, empty for none
   * @param types such as {@link #SERVICE_ENTRY}
   * @param listener called in the order of the responses; if it throws, the stream ends
   * @param end called once with what ended the stream, {@link #close()} included
   */
  public static StateClient acknowledging(
      String address,
      String revision,
      List<String> types,
      Consumer<DiscoveryResponse> listener,
      Consumer<Throwable> end) {
    StateClient client =
        new StateClient(address, istiod(revision)) {
          @Override
          protected void received(DiscoveryResponse response) {
            listener.accept(response);
            ack(response);
          }

          @Override
          protected void ended(io.grpc.Status status) {
            end.accept(status.asRuntimeException());
          }
        };
    types.forEach(client::subscribe);
    return client;
  }

  private static Node istiod(String revision) {
    return node(Map.of("GENERATOR", "api", "ISTIO_REVISION", revision));
  }

  /** Sends a request. */
  public final void send(DiscoveryRequest.Builder request) {
    DiscoveryRequest later = request.build();
    send(request.setNode(node).build(), later);
  }

  @Override
  public final void subscribe(String typeUrl) {
    // As istiod does: a nonce that no response had.
    send(DiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setResponseNonce("2026-01-01 00:00"));
  }

  @Override
  public final void ack(DiscoveryResponse response) {
    ack(response, List.of());
  }

  /** ACKs with the names that it goes on to want, none for everything. */
  public final void ack(DiscoveryResponse response, Iterable<String> names) {
    send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setVersionInfo(response.getVersionInfo())
            .setResponseNonce(response.getNonce())
            .addAllResourceNames(names));
  }

  /** Refuses a response. */
  public final void nack(DiscoveryResponse response, String message) {
    send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage(message)));
  }

  @Override
  protected final String typeUrl(DiscoveryResponse response) {
    return response.getTypeUrl();
  }
}
