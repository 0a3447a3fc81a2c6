package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream comes from and arrives.
 *
 * @param peer the client's network address
 * @param port the local port
 * @param shard what that port serves
 * @param dialect what that port's state-of-the-world streams speak
 * @param end how the transport ended the stream, once it has
 */
record ConnectionInfo(
    String peer, int port, Shard shard, XdsOptions.Dialect dialect, TransportEnd end) {
  static ConnectionInfo of(ServerCall<?, ?> call, XdsOptions.Source source) {
    return new ConnectionInfo(
        text(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
        port(call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)),
        source.shard(),
        source.dialect(),
        TransportEnd.current());
  }

  private static String text(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
        : String.valueOf(address);
  }

  private static int port(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }
}
