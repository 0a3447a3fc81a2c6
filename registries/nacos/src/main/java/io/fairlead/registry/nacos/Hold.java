package io.fairlead.registry.nacos;

import java.time.Duration;

/**
 * Whether removals are held back at present. After an interruption a server may know less than it
 * did: it answers before its data is loaded, another node of the cluster lags behind, ephemeral
 * instances have yet to register again. So removals wait until nothing has come back for the
 * settling time. Confined to the owner's thread; times are {@link System#nanoTime()}.
 */
final class Hold {
  // Instances that keep coming back do not hold the removal of others for ever.
  private static final int CEILING = 10;

  private final long settle;
  private boolean active;
  // Until the first list after an interruption: the time without an answer settles nothing.
  private boolean waiting;
  private long resumedAt;
  private long quietSince;

  Hold(Duration settle) {
    this.settle = settle.toNanos();
  }

  /** Notes a lost connection, another server, or a sudden loss of much. */
  void interrupted() {
    active = true;
    waiting = true;
  }

  /** Notes that something came back. */
  void improved(long now) {
    quietSince = now;
  }

  boolean isActive() {
    return active;
  }

  /** Notes a successful list; ends the hold if things have settled: whether it ended just now. */
  boolean endIfSettled(long now) {
    if (waiting) {
      waiting = false;
      resumedAt = now;
      quietSince = now;
      return false;
    }
    boolean settled = active && (now - quietSince >= settle || now - resumedAt >= CEILING * settle);
    if (settled) {
      active = false;
    }
    return settled;
  }
}
