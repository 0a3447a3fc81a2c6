package io.fairlead.registry.support;

import io.fairlead.registry.Hold;
import java.time.Duration;

/**
 * The contact with a registry: whether its answers are doubted, and a clock that counts only the
 * time in which it could be read.
 *
 * <p>After an outage a registry may know less than it did: it answers before its data is loaded,
 * another node lags behind, instances have yet to register again. So its answers are doubted for
 * the settling time. The clock measures how long each service or instance has been missing, from
 * when it was first missing: a further outage prolongs the doubt but sets no clock back, so that
 * what really left is also removed where a link breaks again and again.
 *
 * <p>Guarded by the mirror's lock; times are {@link System#nanoTime()}.
 */
final class Contact {
  /** The time within which a link that fails now and then recovers; no outage. */
  static final Duration MAX_GAP = Duration.ofSeconds(10);

  // The time that counts for a longer gap, so that the clock goes on where most reads fail.
  private static final long COUNTED = Duration.ofSeconds(1).toNanos();

  private final long settle;
  private final long maxGap;
  private long clock;
  private long countedTo;
  private boolean failed;
  private long failedAt;
  private long doubtedUntil;
  private Hold.Reason reason = Hold.Reason.OUTAGE;

  Contact(Duration settle, long now) {
    this.settle = settle.toNanos();
    this.maxGap = Math.min(MAX_GAP.toNanos(), this.settle / 3);
    this.countedTo = now;
  }

  /**
   * Records a failed read.
   *
   * @param added whether what was read worked before
   */
  void failed(long now, boolean added) {
    if (!failed) {
      clock += now - countedTo;
      countedTo = now;
      failed = true;
      failedAt = now;
    }
    if (added) {
      doubt(Hold.Reason.OUTAGE);
    }
  }

  /** Records a successful read. */
  void succeeded(long now) {
    long gap = now - countedTo;
    boolean outage = failed && gap > maxGap;
    clock += outage ? Math.min(gap, COUNTED) : gap;
    countedTo = now;
    failed = false;
    if (outage) {
      doubt(Hold.Reason.OUTAGE);
    }
  }

  /** Doubts the answers from now on: something that failed can be read again, or may be behind. */
  void doubt() {
    doubt(Hold.Reason.OUTAGE);
  }

  /** Records that the newest answer lacks so much at once that it may be incomplete. */
  void shrunk() {
    if (clock >= doubtedUntil) {
      doubt(Hold.Reason.RESTORE);
    } else {
      doubt(reason);
    }
  }

  private void doubt(Hold.Reason why) {
    doubtedUntil = clock + settle;
    reason = why;
  }

  /** Whether the last read failed. */
  boolean hasFailed() {
    return failed;
  }

  /** Whether reads have failed for longer than a link that fails now and then takes to recover. */
  boolean isLost(long now) {
    return failed && now - failedAt > maxGap;
  }

  /** Whether the answers are doubted: what is missing from them may yet come back. */
  boolean isDoubted(long now) {
    return clock(now) < doubtedUntil;
  }

  /** Returns why the answers are doubted; meaningful only while they are. */
  Hold.Reason reason() {
    return reason;
  }

  /** Returns the time in which the registry could be read, in nanoseconds. */
  long clock(long now) {
    return clock + (failed ? 0 : now - countedTo);
  }
}
