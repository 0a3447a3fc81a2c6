package io.fairlead.aggregation.damping;

import java.time.Duration;

/**
 * The limits by which a service that changes again and again is slowed down.
 *
 * @param free number of repetitions within {@code window} that are published as they come; positive
 * @param window the time over which repetitions and turnover are counted, and after which a service
 *     without repetitions is as good as new; positive
 * @param first how long the first addition waits that is too many; positive
 * @param max longest wait of an addition, to which the wait doubles; not below {@code first}
 */
public record DampingPolicy(int free, Duration window, Duration first, Duration max) {
  /** 10 repetitions a minute are free, then 1 s doubling to 1 minute. */
  public static final DampingPolicy DEFAULT =
      new DampingPolicy(10, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** Nothing is ever slowed down. */
  public static final DampingPolicy OFF =
      new DampingPolicy(
          Integer.MAX_VALUE, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(1));

  public DampingPolicy {
    if (free < 1) {
      throw new IllegalArgumentException("free: " + free + " (expected: 1 or more)");
    }
    if (window.isNegative() || window.isZero() || first.isNegative() || first.isZero()) {
      throw new IllegalArgumentException(
          "window: " + window + ", first: " + first + " (expected: more than 0)");
    }
    if (max.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "max: " + max + " (expected: not below first, " + first + ")");
    }
  }

  /** Returns the time without repetitions after which a service is as good as new. */
  Duration quiet() {
    return window.compareTo(max) > 0 ? window : max;
  }
}
