package io.fairlead.registry.support;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The confirmation that a registry is empty, where its first whole read says so: a server that has
 * just started may answer before its clients have registered again. Not thread-safe: confined to
 * one thread, or guarded by a lock of its owner's.
 */
public final class EmptyStart {
  private final AdapterClock clock;
  private final Duration confirmation;
  private @Nullable Long since;
  private @Nullable Long askedAt;

  /**
   * @param confirmation the least time between an empty read and one that confirms it
   */
  public EmptyStart(AdapterClock clock, Duration confirmation) {
    this.clock = clock;
    this.confirmation = confirmation;
  }

  /** Records an empty read and returns how long it waits for another; not positive: it counts. */
  public Duration read() {
    if (since == null) {
      since = clock.nanoTime();
    }
    askedAt = null;
    return confirmation.minusNanos(clock.nanoTime() - since);
  }

  /** Forgets what was read: there was a failure, or services. */
  public void reset() {
    since = null;
    askedAt = null;
  }

  /** Whether a read has to confirm it now; from then on there is {@link Retention#GRACE} for it. */
  boolean isDue() {
    boolean due = since != null && askedAt == null;
    if (due) {
      askedAt = clock.nanoTime();
    }
    return due;
  }

  /** Whether a confirmation was asked for and is still to come. */
  boolean isAsked() {
    return askedAt != null;
  }

  /** Whether no answer came in the time that was given for it. */
  boolean isOverdue() {
    return askedAt != null && clock.nanoTime() - askedAt >= Retention.GRACE.toNanos();
  }
}
