package io.fairlead.server.xds;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client may ask of the server before it is cut off, so that no client costs the others.
 *
 * @param ackTimeout longest wait for the answer to a response; also what a client has that stopped
 *     reading
 * @param requestTimeout longest wait for the first request of a stream, and for the rest of a
 *     request that has begun
 * @param streams most streams that are open at a time, over all ports
 * @param streamsPerConnection most streams of one connection
 * @param streamsPerAddress most streams of the connections from one address
 * @param requestBytes size of the largest request; an incremental client that returns names every
 *     resource that it has, about 110 bytes each
 * @param requestsPerSecond most requests a second on one stream, with bursts of as many
 * @param types most types that are asked for on one stream
 * @param names most names on one stream, of all its types: those that are subscribed to, and those
 *     that a client that comes back says it holds
 * @param bytesPerConnection most memory that the requests of one connection may take: what has come
 *     of those that are not complete, those that wait, and the names that are remembered
 * @param bytesPerAddress the same, of all connections from one address
 * @param bytes the same, of all clients; and never more than a quarter of the heap
 * @param maxConnectionAge age at which a connection is asked to be made anew (give or take a tenth,
 *     so that not all come at once), absent: it may live for ever
 */
public record XdsLimits(
    Duration ackTimeout,
    Duration requestTimeout,
    int streams,
    int streamsPerConnection,
    int streamsPerAddress,
    int requestBytes,
    int requestsPerSecond,
    int types,
    int names,
    long bytesPerConnection,
    long bytesPerAddress,
    long bytes,
    @Nullable Duration maxConnectionAge) {
  /** What holds unless something else is configured. */
  public static final XdsLimits DEFAULT =
      new XdsLimits(
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          10_000,
          100,
          2000,
          16 << 20,
          1000,
          100,
          200_000,
          64L << 20,
          128L << 20,
          256L << 20,
          null);

  public XdsLimits {
    positive("ackTimeout", ackTimeout);
    positive("requestTimeout", requestTimeout);
    positive("streams", streams);
    positive("streamsPerConnection", streamsPerConnection);
    positive("streamsPerAddress", streamsPerAddress);
    positive("requestBytes", requestBytes);
    positive("requestsPerSecond", requestsPerSecond);
    positive("types", types);
    positive("names", names);
    positive("bytesPerConnection", bytesPerConnection);
    positive("bytesPerAddress", bytesPerAddress);
    positive("bytes", bytes);
    if (maxConnectionAge != null) {
      positive("maxConnectionAge", maxConnectionAge);
    }
  }

  /** These, and otherwise the defaults. */
  XdsLimits(
      Duration ackTimeout,
      int streams,
      int requestBytes,
      int requestsPerSecond,
      @Nullable Duration maxConnectionAge) {
    this(
        ackTimeout,
        DEFAULT.requestTimeout,
        streams,
        DEFAULT.streamsPerConnection,
        DEFAULT.streamsPerAddress,
        requestBytes,
        requestsPerSecond,
        DEFAULT.types,
        DEFAULT.names,
        DEFAULT.bytesPerConnection,
        DEFAULT.bytesPerAddress,
        DEFAULT.bytes,
        maxConnectionAge);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: at least 1)");
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: above zero)");
    }
  }
}
