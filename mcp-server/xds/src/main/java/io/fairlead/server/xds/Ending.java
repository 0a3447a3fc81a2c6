package io.fairlead.server.xds;

import io.fairlead.common.Durations;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one stream ends: somebody asks for it, the stream's work closes the call, the transport tells
 * when it is over, and the stream is released.
 *
 * <p>Threading: {@link #ask}, {@link #over} and {@link #check} may be called by any thread, each
 * wakes the stream; the rest is for the stream's work only.
 */
final class Ending {
  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

  // How long a client has to take the end of its stream.
  private static final Duration LINGER = Duration.ofSeconds(5);

  private record Wish(Disconnect reason, String description, long sinceNanos) {}

  private final ClientStream stream;
  private final ServerCall<?, EncodedMessage> call;
  private final XdsContext context;
  private volatile @Nullable Wish wish;
  private volatile boolean over;
  // Owned by the stream's work.
  private boolean closed;
  private boolean reset;
  private boolean released;

  Ending(ClientStream stream, ServerCall<?, EncodedMessage> call, XdsContext context) {
    this.stream = stream;
    this.call = call;
    this.context = context;
  }

  /** Asks for the end; the first reason counts. */
  void ask(Disconnect reason, String description) {
    if (wish == null) {
      wish = new Wish(reason, description, System.nanoTime());
    }
    stream.wake();
  }

  /** The transport is done with the call. */
  void over() {
    over = true;
    stream.wake();
  }

  /**
   * Asks for the end of a stalled client's stream; gives up one whose client does not take the end.
   *
   * @param nowNanos the present monotonic time
   * @param lagNanos age of the oldest response that the client has not answered
   */
  void check(long nowNanos, long lagNanos) {
    Wish asked = wish;
    if (asked != null) {
      Duration linger =
          asked.reason() == Disconnect.FINISHED ? context.limits().ackTimeout() : LINGER;
      if (!over && nowNanos - asked.sinceNanos() > linger.toNanos()) {
        // The end of the call waits in the transport for a client that takes nothing.
        TransportFlush.cancel(call, asked.reason().status(asked.description()));
        over();
      }
    } else if (lagNanos > context.limits().ackTimeout().toNanos()) {
      ask(
          Disconnect.ACK_TIMEOUT,
          "a response was not answered within "
              + Durations.format(context.limits().ackTimeout())
              + " (expected: an ACK or a NACK of each)");
    }
  }

  /**
   * With what a response is given up that the client has not taken yet, null while it is not; for
   * any thread. A stream that ends for another reason may take the rest first.
   */
  @Nullable Status givenUp() {
    if (over) {
      return Status.CANCELLED.withDescription("the client is gone");
    }
    Wish asked = wish;
    return asked != null && asked.reason() == Disconnect.ACK_TIMEOUT
        ? asked.reason().status(asked.description())
        : null;
  }

  /**
   * The response that was being written was given up, and with it the call.
   *
   * @param status with which it was
   */
  void gaveUp(Status status) {
    reset = true;
    // Its stream is reset already; but only a close has gRPC let go of the buffer that was being
    // filled.
    call.close(status, new Metadata());
    closeIfAsked();
  }

  /** Ends the call without a word, as a word needs a buffer. */
  void abandon(Disconnect reason, String description) {
    closed = true;
    context.metrics().disconnectedBy(reason);
    TransportFlush.cancel(call, reason.status(description));
    over();
  }

  /** Whether there is nobody to talk to any more. */
  boolean isOver() {
    return over;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends the call if somebody has asked for it. */
  void closeIfAsked() {
    Wish asked = wish;
    if (asked != null) {
      close(asked.reason(), asked.description());
    }
  }

  /** Ends the call; once. */
  void close(Disconnect reason, String description) {
    if (!closed) {
      closed = true;
      ask(reason, description);
      if (reason != Disconnect.FINISHED) {
        context.metrics().disconnectedBy(reason);
        LOG.info("{}: disconnected: {}: {}", stream, reason, description);
      }
      if (reset) {
        return;
      }
      Status status = reason.status(description);
      if (reason == Disconnect.ACK_TIMEOUT && !call.isReady()) {
        // A status would wait behind a response that the client does not read, and keep it.
        call.sendMessage(EncodedMessage.reset(status));
      } else {
        call.close(status, new Metadata());
      }
    }
  }

  /** The stream is gone; once. */
  void release(@Nullable Peer peer) {
    if (!released) {
      released = true;
      if (peer != null) {
        context.metrics().disconnected(peer.revision());
      }
      context.closed(stream);
      LOG.info("{}: gone", stream);
    }
  }
}
