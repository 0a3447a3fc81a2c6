package io.fairlead.bench.bare;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes down a server's first response, byte for byte. */
public final class Capture {
  private Capture() {}

  /** Returns the first response to a client that asks for a type. */
  public static byte[] first(int port, String typeUrl) throws IOException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    CompletableFuture<byte[]> response = new CompletableFuture<>();
    try {
      ClientCall<byte[], byte[]> call = channel.newCall(Bytes.METHOD, CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
              response.complete(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              response.completeExceptionally(status.asException());
            }
          },
          new Metadata());
      call.request(1);
      call.sendMessage(DiscoveryRequest.newBuilder().setTypeUrl(typeUrl).build().toByteArray());
      return response.get(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("no response from port " + port, e);
    } finally {
      channel.shutdownNow();
    }
  }
}
