package io.fairlead.registry.support;

import java.time.Duration;

/**
 * A timer that rings at the earliest of the times that it was set to since it last rang. Guarded by
 * the mirror's lock.
 */
final class Alarm {
  // Whoever sets it to now, each time that it rings, does not keep the thread busy.
  private static final Duration MIN_DELAY = Duration.ofMillis(10);

  private final AdapterClock clock;
  private final Runnable ring;
  private boolean set;
  private long setTo;

  /**
   * @param ring runs as a task of the clock, without a lock; it calls {@link #isRung} first
   */
  Alarm(AdapterClock clock, Runnable ring) {
    this.clock = clock;
    this.ring = ring;
  }

  void set(Duration delay) {
    Duration bounded = delay.compareTo(MIN_DELAY) < 0 ? MIN_DELAY : delay;
    long at = clock.nanoTime() + bounded.toNanos();
    if (!set || at - setTo < 0) {
      set = true;
      setTo = at;
      clock.after(bounded, ring);
    }
  }

  /** Whether the time has come; if so the alarm is no longer set. */
  boolean isRung() {
    boolean rung = set && clock.nanoTime() - setTo >= 0;
    set = set && !rung;
    return rung;
  }
}
