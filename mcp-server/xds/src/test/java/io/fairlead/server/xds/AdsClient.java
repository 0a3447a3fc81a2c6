package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client on one stream, under the test's control: nothing is sent unless the test says so. */
public final class AdsClient implements AutoCloseable {
  public static final String SERVICE_ENTRY = "networking.istio.io/v1/ServiceEntry";

  private final ManagedChannel channel;
  private final BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private final StreamObserver<DiscoveryRequest> requests;
  private final Node node;
  private boolean first = true;

  public AdsClient(int port, String revision) {
    this(port, revision, false);
  }

  /** With {@code incremental}, one that asks for the incremental variant. */
  AdsClient(int port, String revision, boolean incremental) {
    this(
        port,
        Node.newBuilder()
            .setId("sidecar~127.0.0.1~istiod.istio-system~istio-system.svc.cluster.local")
            .setMetadata(
                Struct.newBuilder()
                    .putFields(
                        incremental ? "FAIRLEAD_INCREMENTAL" : "NOTHING_OF_IT",
                        Value.newBuilder().setStringValue("true").build())
                    .putFields("GENERATOR", Value.newBuilder().setStringValue("api").build())
                    .putFields(
                        "ISTIO_REVISION", Value.newBuilder().setStringValue(revision).build()))
            .build());
  }

  /** One that says that it is this node. */
  AdsClient(int port, Node node) {
    this.node = node;
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    requests =
        AggregatedDiscoveryServiceGrpc.newStub(channel)
            .streamAggregatedResources(
                new StreamObserver<>() {
                  @Override
                  public void onNext(DiscoveryResponse value) {
                    responses.add(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    ends.add(String.valueOf(t.getMessage()));
                  }

                  @Override
                  public void onCompleted() {
                    ends.add("OK");
                  }
                });
  }

  void send(DiscoveryRequest.Builder request) {
    if (first) {
      first = false;
      request.setNode(node);
    }
    requests.onNext(request.build());
  }

  /** As istiod does: a nonce that no response had. */
  public void subscribe(String typeUrl) {
    send(DiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setResponseNonce("2026-01-01 00:00"));
  }

  public void ack(DiscoveryResponse response) {
    ack(response, List.of());
  }

  /** With the names that it goes on to want, none for everything. */
  void ack(DiscoveryResponse response, List<String> names) {
    send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setVersionInfo(response.getVersionInfo())
            .setResponseNonce(response.getNonce())
            .addAllResourceNames(names));
  }

  public void nack(DiscoveryResponse response, String message) {
    send(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage(message)));
  }

  void complete() {
    requests.onCompleted();
  }

  public DiscoveryResponse await() {
    DiscoveryResponse response = poll(20_000);
    assertThat(response).as("a response within 20 s").isNotNull();
    return java.util.Objects.requireNonNull(response);
  }

  /** Whether nothing comes for a while. */
  void awaitSilence() {
    assertThat(poll(300)).as("a response that is not due").isNull();
  }

  String awaitEnd() throws InterruptedException {
    String end = ends.poll(20, TimeUnit.SECONDS);
    assertThat(end).as("end of the stream within 20 s").isNotNull();
    return java.util.Objects.requireNonNull(end);
  }

  public @Nullable DiscoveryResponse poll(long millis) {
    try {
      return responses.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Name to version. */
  static Map<String, String> versions(DiscoveryResponse response) {
    Map<String, String> versions = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      try {
        Resource resource = any.unpack(Resource.class);
        assertThat(
                versions.put(resource.getMetadata().getName(), resource.getMetadata().getVersion()))
            .as("twice: %s", resource.getMetadata().getName())
            .isNull();
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }
    return versions;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
