package io.fairlead.common;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waiting times between tries that failed: doubling from a first value to a ceiling, each drawn
 * evenly from the upper half of its step, so that many gateways do not return in step. Success sets
 * it back. Confined to the thread that retries.
 */
public final class Backoff {
  private final long firstMillis;
  private final long maxMillis;
  private final RandomGenerator random;
  private int failures;

  /**
   * @param first the first step, positive
   * @param max the ceiling, not below {@code first}
   * @param random the source of the jitter; seeded in tests
   */
  public Backoff(Duration first, Duration max, RandomGenerator random) {
    if (first.toMillis() <= 0 || max.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "first: " + first + ", max: " + max + " (expected: 0 < first <= max)");
    }
    this.firstMillis = first.toMillis();
    this.maxMillis = max.toMillis();
    this.random = random;
  }

  /** Records a failure and returns the time to wait before the next try. */
  public Duration next() {
    long step = maxMillis;
    if (failures < 62 && firstMillis <= (maxMillis >> failures)) {
      step = firstMillis << failures;
    }
    failures++;
    return Duration.ofMillis(step / 2 + random.nextLong(step - step / 2 + 1));
  }

  /** Records a success: the next failure starts with the first step. */
  public void reset() {
    failures = 0;
  }
}
