package io.fairlead.server.xds;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections that have no stream, from the moment at which they are accepted. There are only
 * so many of an address and of all: the oldest gives its place to a newer one. So clients that
 * connect and say nothing, or do not end their handshake, cost little and keep nobody out.
 * Thread-safe.
 */
final class IdleConnections {
  /** As many as all istiods behind one address open at once when the gateway comes back. */
  static final int MAX_OF_ADDRESS = 1000;

  static final int MAX = 4000;

  private final int mostOfAddress;
  private final int most;
  // Both guarded by "this"; each in the order of arrival.
  private final Map<Ends, Channel> all = new LinkedHashMap<>();
  private final Map<String, Map<Ends, Channel>> byAddress = new HashMap<>();

  /** The two ends of a connection, by which a transport and its channel find each other. */
  record Ends(@Nullable SocketAddress remote, @Nullable SocketAddress local) {
    static Ends of(Attributes transport) {
      return new Ends(
          transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
          transport.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
    }

    String address() {
      return ClientQuotas.host(remote);
    }
  }

  IdleConnections() {
    this(MAX_OF_ADDRESS, MAX);
  }

  IdleConnections(int mostOfAddress, int most) {
    this.mostOfAddress = mostOfAddress;
    this.most = most;
  }

  /** Takes a connection that was accepted, or whose last stream ended; ends the oldest if due. */
  void add(Ends ends, Channel channel) {
    if (!channel.isOpen()) {
      return;
    }
    Channel oldest = added(ends, channel);
    if (oldest != null) {
      end(oldest);
    }
    if (!channel.isOpen()) {
      // It was closed in between, and so removed before it was there.
      remove(ends);
    }
  }

  private synchronized @Nullable Channel added(Ends ends, Channel channel) {
    Map<Ends, Channel> same = byAddress.getOrDefault(ends.address(), Map.of());
    Channel oldest = null;
    if (same.size() >= mostOfAddress) {
      oldest = removed(same.keySet().iterator().next());
    } else if (all.size() >= most) {
      oldest = removed(all.keySet().iterator().next());
    }
    byAddress.computeIfAbsent(ends.address(), key -> new LinkedHashMap<>()).put(ends, channel);
    all.put(ends, channel);
    return oldest;
  }

  /** Removes a connection that is gone or has a stream, and returns its channel if it was there. */
  synchronized @Nullable Channel remove(Ends ends) {
    return removed(ends);
  }

  private @Nullable Channel removed(Ends ends) {
    Map<Ends, Channel> same = byAddress.get(ends.address());
    if (same != null) {
      same.remove(ends);
      if (same.isEmpty()) {
        byAddress.remove(ends.address());
      }
    }
    return all.remove(ends);
  }

  /** Returns how many there are. */
  synchronized int size() {
    return all.size();
  }

  // Nobody waits for it.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void end(Channel channel) {
    channel.close();
  }
}
