package io.fairlead.aggregation.guard;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The times at which a registry was read lately, sampled at each look. It answers whether that was
 * often enough to believe what it says although reads fail in between: once in each of the last
 * three halves of the time of confirmation. So a registry that was away for long is not believed by
 * the first thing that it says when it is back.
 *
 * <p>Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class RegularReads {
  private static final int HALVES = 3;

  private long half;
  private final Deque<Long> times = new ArrayDeque<>();

  /** Nothing was read yet. */
  RegularReads(long confirmAfter) {
    this.half = half(confirmAfter);
  }

  private static long half(long confirmAfter) {
    return Math.max(1, confirmAfter / 2);
  }

  /** Goes by another time of confirmation; what is noted of a shorter one may not suffice yet. */
  void use(long confirmAfter) {
    half = half(confirmAfter);
  }

  /** Takes note of the last read; more often than is of use is passed over. */
  void note(ConnectionHealth health, long now) {
    while (!times.isEmpty() && now - times.element() > (HALVES + 1) * half) {
      times.remove();
    }
    health
        .last()
        .map(Moment::nanos)
        .filter(last -> times.isEmpty() || last - times.getLast() >= half / 10)
        .ifPresent(times::add);
  }

  /** Whether it was read in each of the last halves. */
  boolean wereRegular(ConnectionHealth health, long now) {
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
}
