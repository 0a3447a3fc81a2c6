package io.fairlead.server.xds;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The quotas of each connection, of each address and of all clients together: for streams, and for
 * the bytes of their requests and of responses that they have not taken. Thread-safe.
 */
final class ClientQuotas extends ServerTransportFilter {
  private static final Attributes.Key<Connection> KEY = Attributes.Key.create("fairlead-quota");

  // A part that no connection alone may use up.
  private static final int SHARE = 4;

  private final Supplier<XdsLimits> limits;
  private final ByteAccount requests;
  private final ByteAccount unfinished;
  private final ByteAccount responses;
  // Guarded by itself: an address leaves with its last connection.
  private final Map<String, Address> addresses = new ConcurrentHashMap<>();
  private final IdleConnections idle;

  /**
   * Makes quotas of which nothing is used.
   *
   * @param limits what clients may ask now
   * @param heap largest size of the heap in bytes
   * @param direct most bytes outside of it that the transport's buffers may take
   * @param idle the connections without a stream
   */
  ClientQuotas(Supplier<XdsLimits> limits, long heap, long direct, IdleConnections idle) {
    this.limits = limits;
    this.idle = idle;
    this.requests =
        new ByteAccount("all clients", () -> Math.min(limits.get().bytes(), heap / 4), null);
    this.unfinished = new ByteAccount("unfinished requests of all clients", () -> direct / 4, null);
    this.responses = new ByteAccount("responses under way to all clients", () -> direct / 2, null);
  }

  /** An address and what its connections have together. */
  private static final class Address {
    private final AtomicInteger streams = new AtomicInteger();
    private final ByteAccount bytes;
    private int connections;

    Address(ByteAccount bytes) {
      this.bytes = bytes;
    }
  }

  /** A connection and what its streams have together. */
  final class Connection {
    private final String host;
    private final Address address;
    private final IdleConnections.Ends ends;
    // Guarded by "this", as is whether the connection is among the idle ones.
    private int streams;
    private @Nullable Channel channel;
    private final ByteAccount bytes;
    private final ByteAccount sent;

    private Connection(String host, Address address, IdleConnections.Ends ends) {
      this.host = host;
      this.address = address;
      this.ends = ends;
      this.bytes =
          new ByteAccount(
              "connection",
              () -> Math.min(limits.get().bytesPerConnection(), requests.limit() / 2),
              address.bytes);
      this.sent = new ByteAccount("connection", () -> responses.limit() / SHARE, responses);
    }

    /** Adds a stream and returns null, or returns why it may not be there. */
    synchronized @Nullable String open() {
      XdsLimits now = limits.get();
      if (streams >= now.streamsPerConnection()) {
        return "streams of the connection: too many (expected: at most "
            + now.streamsPerConnection()
            + ", xds.limits.streamsPerConnection)";
      }
      if (address.streams.incrementAndGet() > now.streamsPerAddress()) {
        address.streams.decrementAndGet();
        return "streams of "
            + host
            + ": too many (expected: at most "
            + now.streamsPerAddress()
            + ", xds.limits.streamsPerAddress)";
      }
      if (streams++ == 0) {
        channel = idle.remove(ends);
      }
      return null;
    }

    /** Whether it has as many streams as it may by itself. */
    synchronized boolean isFull() {
      return streams >= limits.get().streamsPerConnection();
    }

    /** Whether another comes from the same address. */
    boolean isBeside(Connection other) {
      return address == other.address;
    }

    /** Removes a stream. */
    synchronized void close() {
      address.streams.decrementAndGet();
      if (--streams == 0 && channel != null) {
        idle.add(ends, channel);
      }
    }

    /** The account of a new stream. */
    StreamBytes bytes() {
      return new StreamBytes(bytes, unfinished);
    }

    /** What responses may be under way. */
    ByteAccount responses() {
      return sent;
    }
  }

  /** The responses that are under way to all clients. */
  ByteAccount responses() {
    return responses;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    String host = host(attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    Address address =
        addresses.compute(
            host,
            (key, known) -> {
              Address one =
                  known == null
                      ? new Address(
                          new ByteAccount(
                              "address",
                              () ->
                                  Math.min(
                                      limits.get().bytesPerAddress(), requests.limit() * 3 / 4),
                              requests))
                      : known;
              one.connections++;
              return one;
            });
    return attributes.toBuilder()
        .set(KEY, new Connection(host, address, IdleConnections.Ends.of(attributes)))
        .build();
  }

  @Override
  public void transportTerminated(@Nullable Attributes attributes) {
    Connection connection = attributes == null ? null : attributes.get(KEY);
    if (connection != null) {
      addresses.computeIfPresent(
          connection.host, (key, known) -> --known.connections == 0 ? null : known);
    }
  }

  /** The connection of a call. */
  Connection of(Attributes call) {
    Connection connection = call.get(KEY);
    if (connection == null) {
      throw new IllegalStateException("a call without a connection (expected: a filter saw it)");
    }
    return connection;
  }

  /** Returns the address of a client, without its port. */
  static String host(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : String.valueOf(address);
  }
}
