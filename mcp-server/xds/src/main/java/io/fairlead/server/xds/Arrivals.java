package io.fairlead.server.xds;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.internal.ObjectPool;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.NettySslContextServerCredentials;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of a listener that see each connection from its first moment: it is counted among
 * the {@link IdleConnections}, and a TLS handshake that fails is told. gRPC's public filters see a
 * connection only after its handshake. Stateless but for what it refers to.
 */
final class Arrivals {
  private final IdleConnections idle;
  private final FailedHandshakes failed;

  /** Takes the failure of a handshake; called on a thread of the transport. */
  @FunctionalInterface
  interface FailedHandshakes {
    void failed(IdleConnections.Ends ends, Throwable cause);
  }

  Arrivals(IdleConnections idle, FailedHandshakes failed) {
    this.idle = idle;
    this.failed = failed;
  }

  /** Returns the credentials of a listener; plaintext without TLS. */
  ServerCredentials credentials(@Nullable TlsOptions tls) throws SSLException {
    ServerCredentials plain =
        tls == null
            ? InsecureServerCredentials.create()
            : NettySslContextServerCredentials.create(tls.context());
    InternalProtocolNegotiator.ServerFactory factory =
        InternalNettyServerCredentials.toNegotiator(plain);
    return InternalNettyServerCredentials.create(
        new InternalProtocolNegotiator.ServerFactory() {
          @Override
          public InternalProtocolNegotiator.ProtocolNegotiator newNegotiator(
              ObjectPool<? extends Executor> pool) {
            return new Negotiator(factory.newNegotiator(pool));
          }
        });
  }

  /** A negotiator that begins with a look at the connection. */
  private final class Negotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final InternalProtocolNegotiator.ProtocolNegotiator next;

    Negotiator(InternalProtocolNegotiator.ProtocolNegotiator next) {
      this.next = next;
    }

    @Override
    public AsciiString scheme() {
      return next.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
      return new First(next.newHandler(handler));
    }

    @Override
    public void close() {
      next.close();
    }
  }

  /** The first handler of a connection, which gives its place to that of the protocol. */
  private final class First extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;

    First(ChannelHandler next) {
      this.next = next;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The listeners cannot fail.
    public void handlerAdded(ChannelHandlerContext context) {
      Channel channel = context.channel();
      IdleConnections.Ends ends =
          new IdleConnections.Ends(channel.remoteAddress(), channel.localAddress());
      idle.add(ends, channel);
      channel.closeFuture().addListener(closed -> idle.remove(ends));
      context.pipeline().replace(this, null, next);
      // The handler of TLS is there once the channel is active, which it becomes in this task.
      channel.eventLoop().execute(() -> watch(ends, channel));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The listener cannot fail.
    private void watch(IdleConnections.Ends ends, Channel channel) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls != null) {
        tls.handshakeFuture()
            .addListener(
                done -> {
                  if (!done.isSuccess()) {
                    failed.failed(ends, done.cause());
                  }
                });
      }
    }
  }
}
