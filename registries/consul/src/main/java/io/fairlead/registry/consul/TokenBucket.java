package io.fairlead.registry.consul;

import java.time.Duration;

/**
 * A rate limit: a number of events at once, then one each interval. The caller supplies the time in
 * monotonic nanoseconds. Confined to one thread.
 */
final class TokenBucket {
  private final int capacity;
  private final long intervalNanos;
  // The time at which the bucket was, or will be, empty: the tokens have accrued since then.
  private long emptyAt;

  TokenBucket(int capacity, Duration interval, long nowNanos) {
    this.capacity = capacity;
    this.intervalNanos = interval.toNanos();
    this.emptyAt = nowNanos - capacity * intervalNanos;
  }

  /** Takes a token, in advance if there is none, and returns the time to wait until it is due. */
  Duration take(long nowNanos) {
    emptyAt = Math.max(emptyAt, nowNanos - capacity * intervalNanos) + intervalNanos;
    return Duration.ofNanos(Math.max(0, emptyAt - nowNanos));
  }

  /** Returns the number of tokens. */
  int available(long nowNanos) {
    return (int) Math.max(0, Math.min(capacity, (nowNanos - emptyAt) / intervalNanos));
  }
}
