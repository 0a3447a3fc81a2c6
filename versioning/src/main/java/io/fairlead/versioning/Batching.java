package io.fairlead.versioning;

import java.time.Duration;

/**
 * The batching of changes into commits: after a quiet time without further changes, but no later
 * than a ceiling after the first, so that a service that flaps all the time delays nobody. With a
 * leading edge a change that comes alone does not wait: only what follows closely is gathered.
 *
 * @param quiet time without a further change, not negative
 * @param max longest wait of a change, not below {@code quiet}
 * @param leading whether a change is committed at once if nothing was for at least {@code quiet}
 */
public record Batching(Duration quiet, Duration max, boolean leading) {
  /** 100 ms, at most 1 s, with a leading edge. */
  public static final Batching DEFAULT =
      new Batching(Duration.ofMillis(100), Duration.ofSeconds(1));

  public Batching {
    if (quiet.isNegative() || max.compareTo(quiet) < 0) {
      throw new IllegalArgumentException(
          "quiet: " + quiet + ", max: " + max + " (expected: 0 <= quiet <= max)");
    }
  }

  /** With a leading edge. */
  public Batching(Duration quiet, Duration max) {
    this(quiet, max, true);
  }

  /** Returns the same without a leading edge: every change waits for the quiet time. */
  public Batching trailing() {
    return new Batching(quiet, max, false);
  }
}
