package io.fairlead.harness;

import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An incremental client of one type, which notes what it holds. The notes are its caller's thread's
 * where that takes the responses, and else the listener's.
 */
public class DeltaClient extends DiscoveryClient<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private final Node node;
  private final String typeUrl;
  private final Map<String, String> held = new TreeMap<>();

  /** Creates a client of a revision, of none if it is empty, that holds nothing. */
  public DeltaClient(int port, String revision, String typeUrl) {
    this("127.0.0.1:" + port, revision, typeUrl);
  }

  private DeltaClient(String address, String revision, String typeUrl) {
    super(
        channel(address).build(),
        AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod());
    this.node = node(Map.of("ISTIO_REVISION", revision));
    this.typeUrl = typeUrl;
  }

  /**
   * Connects a client without a revision that asks for everything that differs from what it holds,
   * and ACKs each response once its listener has taken it.
   *
   * @param address {@link GatewayProcess#xdsAddress()}
   * @param typeUrl such as {@link #SERVICE_ENTRY}
   * @param versions what it holds already, by name
   * @param listener called in the order of the responses; if it throws, the stream ends
   */
  public static DeltaClient acknowledging(
      String address,
      String typeUrl,
      Map<String, String> versions,
      Consumer<DeltaDiscoveryResponse> listener) {
    DeltaClient client =
        new DeltaClient(address, "", typeUrl) {
          @Override
          protected void received(DeltaDiscoveryResponse response) {
            listener.accept(response);
            ack(response);
          }
        };
    client.hold(versions);
    client.subscribe();
    return client;
  }

  /** Takes these for held, by name with their versions, as after a reconnect. */
  public final void hold(Map<String, String> versions) {
    held.putAll(versions);
  }

  /** Returns the version of everything held, by name. */
  public final Map<String, String> held() {
    return Collections.unmodifiableMap(held);
  }

  /** Sends a request for its type. */
  public final void send(DeltaDiscoveryRequest.Builder request) {
    sendAs(typeUrl, request);
  }

  private void sendAs(String type, DeltaDiscoveryRequest.Builder request) {
    DeltaDiscoveryRequest later = request.setTypeUrl(type).build();
    send(request.setNode(node).build(), later);
  }

  /** Asks for everything of its type and says what is held. */
  public final void subscribe() {
    send(DeltaDiscoveryRequest.newBuilder().putAllInitialResourceVersions(held));
  }

  /** Asks for everything of another type. */
  @Override
  public final void subscribe(String otherTypeUrl) {
    sendAs(otherTypeUrl, DeltaDiscoveryRequest.newBuilder());
  }

  /** Asks for names of its type. */
  public final void subscribeTo(String... names) {
    send(DeltaDiscoveryRequest.newBuilder().addAllResourceNamesSubscribe(List.of(names)));
  }

  /** Has no more interest in names of its type. */
  public final void unsubscribeFrom(String... names) {
    send(DeltaDiscoveryRequest.newBuilder().addAllResourceNamesUnsubscribe(List.of(names)));
  }

  /** Takes a response into what is held, and ACKs it. */
  @Override
  public final void ack(DeltaDiscoveryResponse response) {
    if (response.getTypeUrl().equals(typeUrl)) {
      for (Resource resource : response.getResourcesList()) {
        held.put(resource.getName(), resource.getVersion());
      }
      held.keySet().removeAll(response.getRemovedResourcesList());
    }
    sendAs(
        response.getTypeUrl(),
        DeltaDiscoveryRequest.newBuilder().setResponseNonce(response.getNonce()));
  }

  /** Refuses a response. */
  public final void nack(DeltaDiscoveryResponse response) {
    send(
        DeltaDiscoveryRequest.newBuilder()
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage("refused by the test")));
  }

  @Override
  protected final String typeUrl(DeltaDiscoveryResponse response) {
    return response.getTypeUrl();
  }

  /** Returns the names of a response's resources, sorted. */
  public static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).sorted().toList();
  }
}
