package io.fairlead.bench.bare;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that answers the first request of every stream with the bytes of a file. */
public final class BareServer {
  private BareServer() {}

  /**
   * Serves until it is killed.
   *
   * @param arguments the port of the loopback interface, and the file
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    byte[] answer = Files.readAllBytes(Path.of(arguments[1]));
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])))
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(
                        "envoy.service.discovery.v3.AggregatedDiscoveryService")
                    .addMethod(Bytes.METHOD, (call, headers) -> opened(call, answer))
                    .build())
            .build()
            .start();
    System.out.println("ready");
    server.awaitTermination();
  }

  private static ServerCall.Listener<byte[]> opened(
      ServerCall<byte[], byte[]> call, byte[] answer) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new ServerCall.Listener<>() {
      private boolean answered;

      @Override
      public void onMessage(byte[] request) {
        if (!answered) {
          answered = true;
          call.sendMessage(answer);
        }
        call.request(1);
      }
    };
  }
}
