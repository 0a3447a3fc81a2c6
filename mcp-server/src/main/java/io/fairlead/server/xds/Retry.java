package io.fairlead.server.xds;

import io.fairlead.registry.Backoff;
import java.time.Duration;
import java.util.Random;

/**
 * When a refused difference is tried again, with what came since: after a time that grows from try
 * to try. Confined to the stream that owns it.
 */
final class Retry {
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random());
  private boolean owed;
  private long dueNanos;

  /** The client refused; gives the time after which to try again. */
  Duration refused(long nowNanos) {
    owed = true;
    Duration delay = backoff.next();
    dueNanos = nowNanos + delay.toNanos();
    return delay;
  }

  /** The client took a response. */
  void taken() {
    owed = false;
    backoff.reset();
  }

  /** What was refused is not to be tried again: the client asks anew. */
  void drop() {
    owed = false;
  }

  /** Whether what was refused is to be tried again, now or later. */
  boolean isOwed() {
    return owed;
  }

  /** Whether it is too early to. */
  boolean isWaiting() {
    return owed && System.nanoTime() - dueNanos < 0;
  }
}
