package io.fairlead.versioning;

import java.time.Duration;

/**
 * How long changes gather before they are committed together: after a quiet time without further
 * changes, but no later than a ceiling after the first of them, so that a service that flaps all
 * the time holds back nobody.
 *
 * @param quiet time without a further change, not negative
 * @param max longest wait of a change, not below {@code quiet}
 */
public record Batching(Duration quiet, Duration max) {
  /** 100 ms, at most 1 s. */
  public static final Batching DEFAULT =
      new Batching(Duration.ofMillis(100), Duration.ofSeconds(1));

  public Batching {
    if (quiet.isNegative() || max.compareTo(quiet) < 0) {
      throw new IllegalArgumentException(
          "quiet: " + quiet + ", max: " + max + " (expected: 0 <= quiet <= max)");
    }
  }
}
