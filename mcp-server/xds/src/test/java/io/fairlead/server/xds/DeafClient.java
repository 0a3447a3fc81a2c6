package io.fairlead.server.xds;

import static io.fairlead.server.xds.AdsClient.SERVICE_ENTRY;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client that asks for all ServiceEntries and then neither reads nor answers, until told to. */
final class DeafClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final CompletableFuture<DiscoveryResponse> response = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<DiscoveryRequest> call;

  DeafClient(int port) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    AggregatedDiscoveryServiceGrpc.newStub(channel)
        .streamAggregatedResources(
            new ClientResponseObserver<DiscoveryRequest, DiscoveryResponse>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> requests) {
                call = requests;
                requests.disableAutoRequestWithInitial(0);
              }

              @Override
              public void onNext(DiscoveryResponse value) {
                response.complete(value);
              }

              @Override
              public void onError(Throwable error) {
                response.completeExceptionally(error);
              }

              @Override
              public void onCompleted() {}
            })
        .onNext(DiscoveryRequest.newBuilder().setTypeUrl(SERVICE_ENTRY).build());
  }

  /** Reads the response that waits. */
  CompletableFuture<DiscoveryResponse> listen() {
    Objects.requireNonNull(call).request(1);
    return response;
  }

  /** Takes the request back. */
  void cancel() {
    Objects.requireNonNull(call).cancel("enough", null);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
