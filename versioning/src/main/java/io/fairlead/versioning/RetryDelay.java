package io.fairlead.versioning;

import java.time.Duration;

/**
 * A back-off: the delay before the next try doubles after each failure, up to a ceiling. Without
 * jitter, since what is tried is this process' own disk, which nobody else tries with it.
 */
final class RetryDelay {
  static final Duration FIRST = Duration.ofMillis(500);
  static final Duration MAX = Duration.ofSeconds(30);

  private RetryDelay() {}

  /** Returns the delay after that many failures in a row, at least one. */
  static Duration after(int failures) {
    int doublings = Math.min(failures - 1, 16);
    Duration delay = FIRST.multipliedBy(1L << doublings);
    return delay.compareTo(MAX) < 0 ? delay : MAX;
  }
}
