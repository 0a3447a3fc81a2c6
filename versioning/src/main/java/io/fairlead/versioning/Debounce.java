package io.fairlead.versioning;

import java.time.Duration;

/**
 * When gathered changes are due: after a quiet time since the last, at most the ceiling after the
 * first. Confined to the commit thread.
 */
final class Debounce {
  private final Batching batching;
  private boolean pending;
  private long firstNanos;
  private long lastNanos;

  Debounce(Batching batching) {
    this.batching = batching;
  }

  void changed(long nowNanos) {
    if (!pending) {
      pending = true;
      firstNanos = nowNanos;
    }
    lastNanos = nowNanos;
  }

  boolean isPending() {
    return pending;
  }

  void clear() {
    pending = false;
  }

  /** Time until they are due, zero if they are. */
  Duration remaining(long nowNanos) {
    long sinceFirst = nowNanos - firstNanos;
    long sinceLast = nowNanos - lastNanos;
    long nanos =
        Math.min(batching.quiet().toNanos() - sinceLast, batching.max().toNanos() - sinceFirst);
    return Duration.ofNanos(Math.max(0, nanos));
  }
}
