package io.fairlead.versioning;

import java.time.Duration;

/**
 * A timer for gathered changes: they are due after a quiet time since the last, at the latest a
 * ceiling after the first. With a leading edge they are due at once if nothing was committed for a
 * quiet time; the tasks that wait for the commit thread by then still run before, so what comes in
 * one go stays together. Confined to the commit thread.
 */
final class Debounce {
  private Batching batching;
  private boolean pending;
  private boolean atOnce;
  private long firstNanos;
  private long lastNanos;
  private boolean committedBefore;
  private long committedNanos;

  Debounce(Batching batching) {
    this.batching = batching;
  }

  /** Goes by other times from the next change on. */
  void use(Batching next) {
    batching = next;
  }

  void changed(long nowNanos) {
    if (!pending) {
      pending = true;
      firstNanos = nowNanos;
      atOnce = batching.leading() && isIsolated(nowNanos);
    }
    lastNanos = nowNanos;
  }

  private boolean isIsolated(long nowNanos) {
    return !committedBefore || nowNanos - committedNanos >= batching.quiet().toNanos();
  }

  boolean isPending() {
    return pending;
  }

  /**
   * Records that the gathered changes were taken for a commit, even if none of them is new: so
   * tasks that change nothing have the source asked no more often than others.
   */
  void taken(long nowNanos) {
    pending = false;
    committedBefore = true;
    committedNanos = nowNanos;
  }

  /** Returns the time until they are due, zero if they are. */
  Duration remaining(long nowNanos) {
    if (atOnce) {
      return Duration.ZERO;
    }
    long sinceFirst = nowNanos - firstNanos;
    long sinceLast = nowNanos - lastNanos;
    long nanos =
        Math.min(batching.quiet().toNanos() - sinceLast, batching.max().toNanos() - sinceFirst);
    return Duration.ofNanos(Math.max(0, nanos));
  }
}
