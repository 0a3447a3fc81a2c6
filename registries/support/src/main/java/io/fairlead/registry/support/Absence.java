package io.fairlead.registry.support;

import io.fairlead.registry.Hold;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The absence of a service or an instance that the sink was given and the newest answer lacks.
 * Guarded by the mirror's lock.
 */
final class Absence {
  /** {@link System#nanoTime()} of the first answer that lacked it. */
  final long since;

  /** The clock of the contact at that time. */
  final long clock;

  private @Nullable Hold hold;

  Absence(long since, long clock) {
    this.since = since;
    this.clock = clock;
  }

  /**
   * Returns the hold that reports it: the same one as long as its reason is the same.
   *
   * @param left how long it is still kept
   */
  Hold hold(String subject, Hold.Reason reason, String explanation, Instant now, Duration left) {
    Hold present = hold;
    if (present == null || present.reason() != reason) {
      present = new Hold(subject, reason, now, now.plus(left), explanation);
      hold = present;
    }
    return present;
  }

  /** Ends the hold: during an outage everything is kept, and nothing on a suspicion. */
  void suspend() {
    hold = null;
  }
}
