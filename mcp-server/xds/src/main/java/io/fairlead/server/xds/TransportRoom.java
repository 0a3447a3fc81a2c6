package io.fairlead.server.xds;

import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pacer that hands a large response to the transport no faster than the client takes it: after
 * each piece the transport sends the buffers that are full, and the writer waits while two of them
 * are on their way. So what a client costs in buffers does not grow with its response, nor with how
 * slowly it reads, and the pieces stay in the processor's caches on their way.
 *
 * <p>The wait needs a thread, which is cheaper than the buffers. It ends when the stream does; the
 * rest of the message is then never written, and the stream is reset.
 *
 * <p>Threading: {@link #pieceWritten} is the writer's, {@link #changed} anybody's.
 */
final class TransportRoom {
  // Two of gRPC's buffers, so that one is sent while the next is filled.
  private static final int BUFFERED = 2 << 20;

  // A client that takes a piece within this time is served on: to serve many in turns would keep
  // all of them waiting, each with a part of its response, until the last.
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ServerCall<?, ?> call;
  private final BulkExecutor bulk;
  private final Supplier<@Nullable Status> abortStatus;
  private final Optional<TransportFlush> flush;
  // Owned by the writer.
  private @Nullable Status aborted;

  /**
   * The room of one call.
   *
   * @param abortStatus gives the status with which a message is aborted, null while it is not
   */
  TransportRoom(ServerCall<?, ?> call, BulkExecutor bulk, Supplier<@Nullable Status> abortStatus) {
    this.call = call;
    this.bulk = bulk;
    this.abortStatus = abortStatus;
    this.flush = TransportFlush.of(call);
    call.setOnReadyThreshold(BUFFERED);
  }

  /** Says that there may be room, or an end; returns at once. */
  synchronized void changed() {
    notifyAll();
  }

  /**
   * Sends what was written and waits for room for more.
   *
   * @throws AbortedMessageException if the message is aborted, which gRPC answers with a reset of
   *     the stream
   */
  void pieceWritten() {
    if (flush.isEmpty()) {
      return;
    }
    flush.get().flush();
    if (!awaitChange(SHORT_NANOS)) {
      bulk.pause(() -> awaitChange(Long.MAX_VALUE));
    }
    Status status = abortStatus.get();
    if (status != null) {
      aborted = status;
      throw new AbortedMessageException(status);
    }
  }

  // Whether there is room, or an end, within that time.
  private synchronized boolean awaitChange(long nanos) {
    boolean interrupted = false;
    long begin = System.nanoTime();
    while (!call.isReady() && abortStatus.get() == null) {
      long left = nanos - (System.nanoTime() - begin);
      if (left <= 0) {
        return false;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** Returns the status with which a message and its call were aborted, or null. For the writer. */
  @Nullable Status aborted() {
    return aborted;
  }
}
