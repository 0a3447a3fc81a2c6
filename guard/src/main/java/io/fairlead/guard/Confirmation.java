package io.fairlead.guard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The rule by which a loss is believed after the time of confirmation, and the times at which the
 * registry was read lately, sampled at each look. Where reads fail in between it is believed later,
 * and only if it was read once in each of the last three halves of that time. So a registry that
 * was away for long is not believed by the first thing that it says when it is back.
 *
 * <p>Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class Confirmation {
  /** By how many times the time of confirmation a loss is believed although reads failed. */
  static final int CEILING = 2;

  private static final int HALVES = 3;

  private long confirmAfter;
  private final Deque<Long> times = new ArrayDeque<>();

  /** Nothing was read yet. */
  Confirmation(Duration confirmAfter) {
    this.confirmAfter = confirmAfter.toNanos();
  }

  /** Goes by another time of confirmation; what is noted of a shorter one may not suffice yet. */
  void use(Duration next) {
    confirmAfter = next.toNanos();
  }

  private long half() {
    return Math.max(1, confirmAfter / 2);
  }

  /** Takes note of the last read; more often than is of use is passed over. */
  void note(ConnectionHealth health, long now) {
    while (!times.isEmpty() && now - times.element() > (HALVES + 1) * half()) {
      times.remove();
    }
    health
        .last()
        .map(Moment::nanos)
        .filter(last -> times.isEmpty() || last - times.getLast() >= half() / 10)
        .ifPresent(times::add);
  }

  /**
   * Whether what has been so since a time is believed now: nothing has failed for the time of
   * confirmation; or it has been so for a multiple of it, and the source was read again and again
   * in the last part of that, whatever failed in between.
   */
  boolean isConfirmed(long since, ConnectionHealth health, long now) {
    Optional<Long> start = health.readableSince(since);
    boolean steady =
        start.isPresent()
            && now - start.get() >= confirmAfter
            && health.isReadSince(start.get() + confirmAfter / 2);
    return steady || (now - since >= CEILING * confirmAfter && wereRegular(health, now));
  }

  private boolean wereRegular(ConnectionHealth health, long now) {
    long half = half();
    if (!health.isReadSince(now - half)) {
      return false;
    }
    for (int i = 1; i < HALVES; i++) {
      long end = now - i * half;
      if (times.stream().noneMatch(time -> end - time >= 0 && end - time < half)) {
        return false;
      }
    }
    return true;
  }

  /** Time until what has been so since a time may be believed, or is to be looked at again. */
  Duration untilLook(long since, ConnectionHealth health, long now) {
    // Also to see when the source is read: look again in a while.
    long again = Math.max(1, confirmAfter / 10);
    return Duration.ofNanos(
        health
            .readableSince(since)
            .map(start -> confirmAfter - (now - start))
            .filter(left -> left > 0 && left < again)
            .orElse(again));
  }
}
