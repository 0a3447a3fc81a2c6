package io.fairlead.server.xds;

import io.fairlead.common.Durations;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The termination of one stream: somebody requests it, the stream's work closes the call, the
 * transport tells when it is over, and the stream is released.
 *
 * <p>Threading: {@link #requestClose}, {@link #over} and {@link #check} may be called by any
 * thread, each wakes the stream; the rest is for the stream's work only.
 */
final class StreamTermination {
  private static final Logger LOG = LoggerFactory.getLogger(StreamTermination.class);

  // The time that a client has to take the end of its stream.
  private static final Duration LINGER = Duration.ofSeconds(5);

  private record CloseRequest(Disconnect reason, String description, long sinceNanos) {}

  private final ClientStream stream;
  private final ServerCall<?, EncodedMessage> call;
  private final XdsContext context;
  private final Supplier<Peer> peer;
  private volatile @Nullable CloseRequest closeRequest;
  private volatile boolean over;
  // Owned by the stream's work.
  private boolean closed;
  private boolean reset;
  private boolean released;

  /**
   * @param peer the client, as far as it is known; asked by the stream's work
   */
  StreamTermination(
      ClientStream stream,
      ServerCall<?, EncodedMessage> call,
      XdsContext context,
      Supplier<Peer> peer) {
    this.stream = stream;
    this.call = call;
    this.context = context;
    this.peer = peer;
  }

  /** Requests the end; the first reason counts. */
  void requestClose(Disconnect reason, String description) {
    if (closeRequest == null) {
      closeRequest = new CloseRequest(reason, description, System.nanoTime());
    }
    stream.wake();
  }

  /** Records that the transport is done with the call. */
  void over() {
    over = true;
    stream.wake();
  }

  /**
   * Requests the end of a stalled client's stream; cancels one whose client does not take the end.
   *
   * @param nowNanos the present monotonic time
   * @param lagNanos age of the oldest response that the client has not answered
   */
  void check(long nowNanos, long lagNanos) {
    CloseRequest request = closeRequest;
    if (request != null) {
      Duration linger =
          request.reason() == Disconnect.FINISHED ? context.limits().ackTimeout() : LINGER;
      if (!over && nowNanos - request.sinceNanos() > linger.toNanos()) {
        // The end of the call waits in the transport for a client that takes nothing.
        TransportFlush.cancel(call, request.reason().status(request.description()));
        over();
      }
    } else if (lagNanos > context.limits().ackTimeout().toNanos()) {
      requestClose(
          Disconnect.ACK_TIMEOUT,
          "a response was not answered within "
              + Durations.format(context.limits().ackTimeout())
              + " (expected: an ACK or a NACK of each)");
    }
  }

  /**
   * Returns the status with which a response is aborted that the client has not taken yet, null
   * while it is not; for any thread. A stream that ends for another reason may take the rest first.
   */
  @Nullable Status abortStatus() {
    if (over) {
      return Status.CANCELLED.withDescription("the client is gone");
    }
    CloseRequest request = closeRequest;
    return request != null && request.reason() == Disconnect.ACK_TIMEOUT
        ? request.reason().status(request.description())
        : null;
  }

  /**
   * Records that the response that was being written was aborted, and with it the call.
   *
   * @param status with which it was
   */
  void onAborted(Status status) {
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

  /** Ends the call if somebody has requested it. */
  void closeIfAsked() {
    CloseRequest request = closeRequest;
    if (request != null) {
      close(request.reason(), request.description());
    }
  }

  /** Ends the call; once. */
  void close(Disconnect reason, String description) {
    if (!closed) {
      closed = true;
      requestClose(reason, description);
      if (reason != Disconnect.FINISHED) {
        context.metrics().disconnectedBy(reason);
        LOG.info("{}: disconnected: {}: {}", stream, reason, description);
        if (reason.isOfABound()) {
          IdleConnections.Ends ends = IdleConnections.Ends.of(call.getAttributes());
          context.denied().cutOff(ends, peer.get(), description);
        }
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

  /** Releases the stream, which is gone; once. */
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
