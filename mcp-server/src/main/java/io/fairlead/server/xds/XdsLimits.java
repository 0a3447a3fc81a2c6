package io.fairlead.server.xds;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client may ask of the server before it is cut off, so that no client costs the others.
 *
 * @param ackTimeout longest wait for the answer to a response; also what a client has that stopped
 *     reading
 * @param streams most streams that are open at a time, over all ports
 * @param requestBytes size of the largest request; an incremental client that returns names every
 *     resource that it has, about 100 bytes each
 * @param requestsPerSecond most requests a second on one stream, with bursts of as many
 * @param maxConnectionAge age at which a connection is asked to be made anew (give or take a tenth,
 *     so that not all come at once), absent: it may live for ever
 */
public record XdsLimits(
    Duration ackTimeout,
    int streams,
    int requestBytes,
    int requestsPerSecond,
    @Nullable Duration maxConnectionAge) {
  /** What holds unless something else is configured. */
  public static final XdsLimits DEFAULT =
      new XdsLimits(Duration.ofMinutes(5), 10_000, 64 << 20, 1000, null);

  public XdsLimits {
    positive("ackTimeout", ackTimeout);
    positive("streams", streams);
    positive("requestBytes", requestBytes);
    positive("requestsPerSecond", requestsPerSecond);
    if (maxConnectionAge != null) {
      positive("maxConnectionAge", maxConnectionAge);
    }
  }

  private static void positive(String name, int value) {
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
