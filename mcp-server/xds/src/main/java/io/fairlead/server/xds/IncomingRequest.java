package io.fairlead.server.xds;

import io.fairlead.common.Durations;
import io.grpc.Status;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The request that is coming in on a stream, from its first byte to its last: it is cut off when it
 * has more bytes than it may, or when there is no memory left for it. Owned by the transport's
 * thread, but for {@link #check(long)} and {@link #checkFirst}.
 */
final class IncomingRequest {
  // What each frame costs besides its bytes: the buffer that it came in stays as a whole. A client
  // that sends a byte at a time would else take a thousand times what is counted.
  private static final int FRAME = 2048;

  // What may still come until the client has seen the end of its stream.
  private static final long LEEWAY = 2 << 20;

  /** Ends the stream. */
  @FunctionalInterface
  interface End {
    void end(Disconnect reason, String description);
  }

  private final Supplier<XdsLimits> limits;
  private final StreamBytes bytes;
  private final End stream;
  private long size;
  private long refusedAt = Long.MAX_VALUE;
  // Monotonic time of the first byte; 0: none is coming.
  private volatile long sinceNanos;

  IncomingRequest(Supplier<XdsLimits> limits, StreamBytes bytes, End stream) {
    this.limits = limits;
    this.bytes = bytes;
    this.stream = stream;
  }

  void begin(long nowNanos) {
    size = 0;
    sinceNanos = nowNanos == 0 ? 1 : nowNanos;
  }

  void arrived(long count) {
    size += count;
    if (refusedAt != Long.MAX_VALUE) {
      if (size > refusedAt + LEEWAY) {
        // gRPC resets the stream, and lets go of what has come.
        throw Status.RESOURCE_EXHAUSTED.withDescription("request: too large").asRuntimeException();
      }
      return;
    }
    if (size > limits.get().requestBytes()) {
      ClientRequest.Refusal refusal = RequestReader.tooLarge(limits.get());
      refuse(refusal.reason(), refusal.description());
      return;
    }
    ByteAccount full = bytes.arrived(count + FRAME);
    if (full != null) {
      refuse(Disconnect.BYTES, full(full));
    }
  }

  private void refuse(Disconnect reason, String description) {
    refusedAt = size;
    stream.end(reason, description);
  }

  void complete() {
    sinceNanos = 0;
    bytes.complete();
  }

  /** Ends the stream if a request has been coming for too long. For any thread. */
  void check(long nowNanos) {
    long since = sinceNanos;
    if (since != 0) {
      check(since, nowNanos, "request: not complete", "all of it");
    }
  }

  /** Ends the stream if it was opened so long ago that a first request is overdue. */
  void checkFirst(long openedNanos, long nowNanos) {
    check(openedNanos, nowNanos, "request: none", "the first one");
  }

  private void check(long since, long nowNanos, String what, String expected) {
    Duration limit = limits.get().requestTimeout();
    if (nowNanos - since > limit.toNanos()) {
      stream.end(
          Disconnect.REQUEST_TIMEOUT,
          what
              + " (expected: "
              + expected
              + " within "
              + Durations.format(limit)
              + ", xds.limits.requestTimeout)");
    }
  }

  /** What a client is told when there is no memory left for its requests. */
  static String full(ByteAccount account) {
    return "bytes of "
        + account.name()
        + ": too many (expected: at most "
        + account.limit()
        + " in requests and names, xds.limits)";
  }
}
