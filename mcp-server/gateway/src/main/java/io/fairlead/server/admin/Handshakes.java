package io.fairlead.server.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A transport that bounds the connections of its listeners which the HTTP server has not been told
 * of yet: those whose TLS handshake is not over. The oldest one gives way to a new one. So silent
 * connections cost little memory, and a caller that means it, whose handshake takes milliseconds,
 * gets through beside them. Guarded by its own lock.
 */
final class Handshakes implements Transport {
  /** The most handshakes under way at a time. */
  static final int MAX_PENDING = 128;

  private final NioTransport sockets = new Sockets();
  // The oldest first.
  private final Map<SocketAddress, Channel> pending = new LinkedHashMap<>();

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public Throwable unavailabilityCause() {
    throw new IllegalStateException("available");
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return sockets;
  }

  /** The HTTP server has that connection. */
  synchronized void over(SocketAddress address) {
    pending.remove(address);
  }

  /** Returns how many there are. */
  synchronized int size() {
    return pending.size();
  }

  // Nobody waits for its end.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void accepted(Channel connection) {
    SocketAddress address = sockets.convert(connection.remoteAddress());
    Optional<Channel> oldest;
    synchronized (this) {
      pending.put(address, connection);
      oldest = pending.size() > MAX_PENDING ? Optional.of(takeOldest()) : Optional.empty();
    }
    connection.closeFuture().addListener(closed -> forget(address, connection));
    oldest.filter(Handshakes::isUnderWay).ifPresent(Channel::close);
  }

  private Channel takeOldest() {
    Iterator<Channel> channels = pending.values().iterator();
    Channel oldest = channels.next();
    channels.remove();
    return oldest;
  }

  private static boolean isUnderWay(Channel connection) {
    SslHandler tls = connection.pipeline().get(SslHandler.class);
    return tls == null || !tls.handshakeFuture().isDone();
  }

  // Its address may be another connection's by now.
  private synchronized void forget(SocketAddress address, Channel connection) {
    pending.remove(address, connection);
  }

  /** The sockets of this machine, whose listeners say what they accept. */
  private final class Sockets extends NioTransport {
    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return domainSocket ? super.serverChannelFactory(true) : Listener::new;
    }
  }

  /** A listener that says what it accepts. */
  private final class Listener extends NioServerSocketChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int before = accepted.size();
      int read = super.doReadMessages(accepted);
      accepted.stream().skip(before).map(Channel.class::cast).forEach(Handshakes.this::accepted);
      return read;
    }
  }
}
