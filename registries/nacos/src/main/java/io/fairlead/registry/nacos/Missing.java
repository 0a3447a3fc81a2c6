package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that was given to the sink and that the registry no longer shows: since when, and what
 * people are told of it. Confined to the owner's thread.
 */
final class Missing {
  /** By how much reads that fail at the end may delay it. */
  private static final Duration LATE = Duration.ofSeconds(10);

  /** In {@link System#nanoTime()}. */
  private final long since;

  // By the clock of the contact.
  private long clock;
  private @Nullable Instant shownSince;
  private @Nullable Hold hold;

  Missing(long since, long clock) {
    this.since = since;
    this.clock = clock;
  }

  /** How long it has been missing. */
  Duration age(long now) {
    return Duration.ofNanos(now - since);
  }

  /** How long it has been missing by the clock of the contact. */
  Duration age(Contact contact) {
    // Seen by a direct read before a list that came late.
    clock = Math.min(clock, contact.clock());
    return Duration.ofNanos(contact.clock() - clock);
  }

  /** Ends what people are told: without contact all is kept, and nothing on a suspicion. */
  void suspend() {
    hold = null;
    shownSince = null;
  }

  /**
   * What people are told: the same as long as the reason is.
   *
   * @param left how long it is kept yet
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
