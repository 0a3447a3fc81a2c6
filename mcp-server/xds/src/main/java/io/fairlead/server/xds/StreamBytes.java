package io.fairlead.server.xds;

import org.jspecify.annotations.Nullable;

/**
 * A count of the bytes that one stream makes the gateway hold, in the accounts of its connection,
 * its address and of all clients: the part of a request that has come, requests that wait for their
 * turn, and the names that are remembered. A little is free for each stream, so that clients that
 * ask for little go on when others have used up everything. Thread-safe.
 */
final class StreamBytes {
  /**
   * What a stream may hold without being counted. A request of istiod has about 1 kB, of Envoy 2 to
   * 10 kB; there are at most {@code streams} of them.
   */
  static final long FREE = 16 << 10;

  private final ByteAccount requests;
  // Null but for the unfinished part of a request, which is in the transport's buffers.
  private final ByteAccount unfinished;
  private long held;
  private long partial;
  private boolean closed;

  StreamBytes(ByteAccount requests, ByteAccount unfinished) {
    this.requests = requests;
    this.unfinished = unfinished;
  }

  /** Holds so many more; gives the account that has too few left, and holds no more. */
  synchronized @Nullable ByteAccount hold(long bytes) {
    if (closed) {
      return null;
    }
    long more = beyond(held + bytes) - beyond(held);
    ByteAccount full = more > 0 ? requests.tryTake(more) : null;
    if (full == null) {
      held += bytes;
    }
    return full;
  }

  /** Holds so many less. */
  synchronized void release(long bytes) {
    if (!closed) {
      requests.give(beyond(held) - beyond(held - bytes));
      held -= bytes;
    }
  }

  /** As many more of a request that is not complete; gives the account that has too few left. */
  synchronized @Nullable ByteAccount arrived(long bytes) {
    if (closed) {
      return null;
    }
    long more = beyond(partial + bytes) - beyond(partial);
    if (more > 0) {
      ByteAccount full = unfinished.tryTake(more);
      if (full != null) {
        return full;
      }
      full = requests.tryTake(more);
      if (full != null) {
        unfinished.give(more);
        return full;
      }
    }
    partial += bytes;
    return null;
  }

  /** The request is complete, or will never be. */
  synchronized void complete() {
    if (!closed) {
      unfinished.give(beyond(partial));
      requests.give(beyond(partial));
      partial = 0;
    }
  }

  /** The stream is gone, and with it all that it held. */
  synchronized void close() {
    if (!closed) {
      complete();
      requests.give(beyond(held));
      held = 0;
      closed = true;
    }
  }

  private static long beyond(long bytes) {
    return Math.max(0, bytes - FREE);
  }
}
