package io.fairlead.registry.nacos;

import io.fairlead.registry.Hold;
import java.time.Duration;

/**
 * How far the answers about one namespace can be trusted, and a clock that counts only the time in
 * which there were answers.
 *
 * <p>After an interruption a server may know less than it did: it answers before its data is
 * loaded, another node of the cluster lags behind, ephemeral instances have yet to register again.
 * So the answers are doubted until there was contact for the settling time. What is missing is
 * measured by the clock, each thing from when it was first missing: an interruption that repeats
 * prolongs the doubt, but sets back no clock, so that what really left leaves also where a
 * connection breaks again and again.
 *
 * <p>Confined to the owner's thread; times are {@link System#nanoTime()}.
 */
final class Contact {
  // A link that fails now and then, and is there again at once, is not away.
  private static final Duration MOST_LOST = Duration.ofSeconds(10);
  // What an answer counts after a time without: where most reads fail, too, there is an end.
  private static final long LEAST_COUNTED = Duration.ofSeconds(1).toNanos();

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
  Contact(Duration settle, Duration pollInterval, long now) {
    this.settle = settle.toNanos();
    Duration third = settle.dividedBy(3);
    Duration bound = third.compareTo(MOST_LOST) < 0 ? third : MOST_LOST;
    this.lost = Math.max(bound.toNanos(), pollInterval.multipliedBy(3).toNanos());
    this.listedAt = now;
  }

  /** Notes a failed list, another server, or a connection that broke. */
  void interrupted() {
    failed = true;
    reason = Hold.Reason.OUTAGE;
  }

  /** Notes a successful list. */
  void listed(long now) {
    long gap = now - listedAt;
    clock += failed && gap > lost ? Math.min(gap, LEAST_COUNTED) : gap;
    listedAt = now;
    if (failed) {
      failed = false;
      doubtedUntil = clock + settle;
    }
  }

  /** Notes that the list that came last lacks so much at once that it may not be whole. */
  void shrank() {
    if (!isDoubted()) {
      reason = Hold.Reason.RESTORE;
    }
    doubtedUntil = clock + settle;
  }

  /** Whether what is missing may yet come back. */
  boolean isDoubted() {
    return failed || clock < doubtedUntil;
  }

  /** Why the answers are doubted, where they are. */
  Hold.Reason reason() {
    return reason;
  }

  /** Whether there was no answer for longer than a link takes that fails now and then. */
  boolean isLost(long now) {
    return failed && now - listedAt > lost;
  }

  /** The time with answers until the last list. */
  long clock() {
    return clock;
  }

  /** The clock as the next list will have it, if it comes in time. */
  long clockAt(long now) {
    return clock + Math.min(now - listedAt, lost);
  }
}
