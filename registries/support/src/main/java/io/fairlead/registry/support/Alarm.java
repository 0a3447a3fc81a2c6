package io.fairlead.registry.support;

import java.time.Duration;

/**
 * A timer that rings at the earliest of the times that it was set to since it last rang. Guarded by
 * the mirror's lock.
 */
final class Alarm {
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
    Duration positive = delay.isNegative() ? Duration.ZERO : delay;
    long at = clock.nanoTime() + positive.toNanos();
    if (!set || at - setTo < 0) {
      set = true;
      setTo = at;
      clock.after(positive, ring);
    }
  }

  /** Whether the time has come; if so the alarm is no longer set. */
  boolean isRung() {
    boolean rung = set && clock.nanoTime() - setTo >= 0;
    set = set && !rung;
    return rung;
  }
}
