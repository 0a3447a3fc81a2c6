package io.fairlead.versioning;

import java.time.Duration;

/** The failed tries of something in a row, and when it may be tried again. Confined to a thread. */
final class Retries {
  private int failures;
  private long dueNanos;

  /** Number of failed tries in a row. */
  int failures() {
    return failures;
  }

  /** Whether it may be tried. */
  boolean isDue(long nowNanos) {
    return failures == 0 || nowNanos - dueNanos >= 0;
  }

  /** Counts a failed try; returns the time until the next. */
  Duration failed(long nowNanos) {
    failures++;
    Duration delay = RetryDelay.after(failures);
    dueNanos = nowNanos + delay.toNanos();
    return delay;
  }

  /** Forgets the failed tries. */
  void succeeded() {
    failures = 0;
  }
}
