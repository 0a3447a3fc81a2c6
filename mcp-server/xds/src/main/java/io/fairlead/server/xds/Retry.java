package io.fairlead.server.xds;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Random;

/**
 * A timer of the retries of a refused difference, with what came since: after a time that grows
 * from try to try. If nothing differs any more by then, nothing is sent. Confined to the stream
 * that owns it.
 */
final class Retry {
  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), new Random());
  private boolean refused;
  private long dueNanos;

  /** The client refused; gives the time after which to try again. */
  Duration refused(long nowNanos) {
    refused = true;
    Duration delay = backoff.next();
    dueNanos = nowNanos + delay.toNanos();
    return delay;
  }

  /** The client took a response. */
  void taken() {
    refused = false;
    backoff.reset();
  }

  /** What was refused is not to be tried again: the client asks anew. */
  void drop() {
    refused = false;
  }

  /** Whether it is too early to try what was refused again. */
  boolean isWaiting() {
    return refused && System.nanoTime() - dueNanos < 0;
  }
}
