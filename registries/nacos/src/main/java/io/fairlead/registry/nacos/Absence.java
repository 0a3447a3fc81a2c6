package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The absence of a service or an instance that the sink was given and the registry no longer shows:
 * since when, and the hold that reports it. Confined to the owner's thread.
 */
final class Absence {
  /** The time by which failing reads may delay the end of a hold. */
  private static final Duration LATE = Duration.ofSeconds(10);

  /** In {@link System#nanoTime()}. */
  private final long since;

  // By the clock of the namespace's trust.
  private long clock;
  private @Nullable Instant shownSince;
  private @Nullable Hold hold;

  Absence(long since, long clock) {
    this.since = since;
    this.clock = clock;
  }

  /** Returns how long it has been missing. */
  Duration age(long now) {
    return Duration.ofNanos(now - since);
  }

  /** Returns how long it has been missing by the clock of the namespace's trust. */
  Duration age(NamespaceTrust contact) {
    // A direct read may have noticed it before a list that came late.
    clock = Math.min(clock, contact.clock());
    return Duration.ofNanos(contact.clock() - clock);
  }

  /** Ends the hold: during an outage everything is kept, and nothing on a suspicion. */
  void suspend() {
    hold = null;
    shownSince = null;
  }

  /**
   * Returns the hold that reports the absence: the same one as long as its reason is the same.
   *
   * @param left how long it will still be kept
   */
  Hold hold(String subject, Hold.Reason reason, String explanation, Instant now, Duration left) {
    Instant first = shownSince == null ? now : shownSince;
    shownSince = first;
    Hold told = hold;
    if (told == null || told.reason() != reason) {
      told = new Hold(subject, reason, first, now.plus(left).plus(LATE), explanation);
      hold = told;
    }
    return told;
  }
}
