package io.fairlead.registry.consul;

import java.time.Duration;

/**
 * A limit on how often something may happen: a number at once, then one each interval. Time is
 * given by the caller, monotonic nanoseconds. Confined to one thread.
 */
final class TokenBucket {
  private final int capacity;
  private final long intervalNanos;
  // When the bucket was, or will be, empty: tokens are the time since then.
  private long emptyAt;

  TokenBucket(int capacity, Duration interval, long nowNanos) {
    this.capacity = capacity;
    this.intervalNanos = interval.toNanos();
    this.emptyAt = nowNanos - capacity * intervalNanos;
  }

  /** Takes a token, in advance if there is none; gives the time to wait until it is due. */
  Duration take(long nowNanos) {
    emptyAt = Math.max(emptyAt, nowNanos - capacity * intervalNanos) + intervalNanos;
    return Duration.ofNanos(Math.max(0, emptyAt - nowNanos));
  }

  /** How many tokens there are. */
  int available(long nowNanos) {
    return (int) Math.max(0, Math.min(capacity, (nowNanos - emptyAt) / intervalNanos));
  }
}
