package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import java.time.Duration;

/**
 * The trust in the answers about one namespace, with a clock that counts only the time in which
 * there were answers.
 *
 * <p>After an interruption a server may know less than it did: it answers before its data is
 * loaded, another node of the cluster lags behind, ephemeral instances have yet to register again.
 * So the answers are doubted until the server has answered for the settling time. The clock
 * measures how long each service or instance has been missing, from when it was first missing: a
 * repeated interruption prolongs the doubt but resets no clock, so that what really left is also
 * removed where a connection breaks again and again.
 *
 * <p>Confined to the owner's thread; times are {@link System#nanoTime()}.
 */
final class NamespaceTrust {
  // A link that fails now and then and recovers within this time does not count as an outage.
  private static final Duration MAX_GAP = Duration.ofSeconds(10);
  // The time that an answer counts after a longer gap, so that the clock advances even where most
  // reads
  // fail.
  private static final long MIN_COUNTED = Duration.ofSeconds(1).toNanos();

  private final long settle;
  private final long lost;
  private long clock;
  private long listedAt;
  private boolean failed;
  private long doubtedUntil;
  private Hold.Reason reason = Hold.Reason.OUTAGE;

  /**
   * @param settle how long answers are doubted after an interruption
   * @param pollInterval time between two lists
   */
  NamespaceTrust(Duration settle, Duration pollInterval, long now) {
    this.settle = settle.toNanos();
    Duration third = settle.dividedBy(3);
    Duration bound = third.compareTo(MAX_GAP) < 0 ? third : MAX_GAP;
    this.lost = Math.max(bound.toNanos(), pollInterval.multipliedBy(3).toNanos());
    this.listedAt = now;
  }

  /** Records a failed list, a change of server, or a broken connection. */
  void interrupted() {
    failed = true;
    reason = Hold.Reason.OUTAGE;
  }

  /** Records a successful list. */
  void listed(long now) {
    long gap = now - listedAt;
    clock += failed && gap > lost ? Math.min(gap, MIN_COUNTED) : gap;
    listedAt = now;
    if (failed) {
      failed = false;
      doubtedUntil = clock + settle;
    }
  }

  /** Records that the newest list lacks so much at once that it may be incomplete. */
  void markShrunk() {
    if (!isDoubted()) {
      reason = Hold.Reason.RESTORE;
    }
    doubtedUntil = clock + settle;
  }

  /** Whether the answers are doubted: what is missing from them may yet come back. */
  boolean isDoubted() {
    return failed || clock < doubtedUntil;
  }

  /** Returns why the answers are doubted; meaningful only while {@link #isDoubted}. */
  Hold.Reason reason() {
    return reason;
  }

  /**
   * Whether there was no answer for longer than a link that fails now and then needs to recover.
   */
  boolean isLost(long now) {
    return failed && now - listedAt > lost;
  }

  /** Returns the clock at the last list, in nanoseconds. */
  long clock() {
    return clock;
  }

  /** Returns the clock that the next list will show if it comes in time, in nanoseconds. */
  long clockAt(long now) {
    return clock + Math.min(now - listedAt, lost);
  }
}
