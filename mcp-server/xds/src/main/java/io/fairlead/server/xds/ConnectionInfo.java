package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a stream's connection.
 *
 * @param peer the client's network address
 * @param identity who the client is for sure
 * @param port the local port
 * @param shard what that port serves
 * @param dialect what that port's state-of-the-world streams speak
 * @param end what only the transport sees of the call
 * @param quota what its connection may have
 */
record ConnectionInfo(
    String peer,
    ClientIdentity identity,
    int port,
    Shard shard,
    XdsOptions.Dialect dialect,
    TransportEnd end,
    ClientQuotas.Connection quota) {
  static ConnectionInfo of(
      ServerCall<?, ?> call, XdsOptions.Source source, ClientQuotas.Connection quota) {
    return new ConnectionInfo(
        text(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
        ClientIdentity.of(call.getAttributes()),
        port(call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)),
        source.shard(),
        source.dialect(),
        TransportEnd.current(),
        quota);
  }

  /** Returns why its client may not have its revision, which is noted then; null if it may. */
  @Nullable String refusal(Peer client, XdsContext context) {
    String refusal = context.authorization().get().refusal(client.revision(), identity);
    if (refusal != null) {
      String address = identity.address().map(InetAddress::getHostAddress).orElse(peer);
      context.denied().notAuthorized(address, port, client, refusal);
    }
    return refusal;
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
