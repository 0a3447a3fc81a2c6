package io.fairlead.guard;

import java.time.Instant;

/**
 * A point in time by both clocks.
 *
 * @param nanos monotonic time of the commit thread's clock: what decisions are made by
 * @param wall wall clock: for showing only
 */
public record Moment(long nanos, Instant wall) {
  /** The later of the two, by the monotonic clock. */
  public static Moment later(Moment one, Moment other) {
    return one.nanos - other.nanos >= 0 ? one : other;
  }
}
