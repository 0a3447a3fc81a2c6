package io.fairlead.aggregation;

import java.time.Duration;

/**
 * When one host changed lately, and how long it has to wait for what. Times are monotonic
 * nanoseconds. Confined to the commit thread.
 */
final class FlapHistory {
  private long[] times = new long[1];
  private int count;
  private int waits;
  private boolean waiting;
  private long until;

  /** Whether something that is more than a loss has to wait at that time. */
  boolean delays(DampingPolicy policy, long now) {
    return waiting ? now - until < 0 : isDamped() || changes(policy.window(), now) >= policy.free();
  }

  /** Number of changes within that time. */
  int changes(Duration window, long now) {
    return count - firstWithin(window, now);
  }

  private int firstWithin(Duration window, long now) {
    int first = 0;
    while (first < count && now - times[first] >= window.toNanos()) {
      first++;
    }
    return first;
  }

  /** Time since the oldest of these changes. */
  Duration span(Duration window, long now) {
    int first = firstWithin(window, now);
    return Duration.ofNanos(first == count ? 0 : now - times[first]);
  }

  /** Counts a change, and no longer those from before the window. */
  void changed(Duration window, long now) {
    int first = firstWithin(window, now);
    long[] target = count - first < times.length ? times : new long[times.length * 2];
    System.arraycopy(times, first, target, 0, count - first);
    times = target;
    count -= first;
    times[count++] = now;
  }

  /** Begins the next wait, twice as long as the one before, up to the longest; tells its end. */
  long beginWait(DampingPolicy policy, long now) {
    long first = policy.first().toNanos();
    long max = policy.max().toNanos();
    int doublings = Math.min(waits, Long.SIZE - 2);
    long wait = first > (max >> doublings) ? max : first << doublings;
    waits++;
    waiting = true;
    until = now + wait;
    return until;
  }

  void endWait() {
    waiting = false;
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Whether the present wait, if there is one, is over. */
  boolean isOver(long now) {
    return waiting && now - until >= 0;
  }

  /** The end of the present wait. */
  long until() {
    return until;
  }

  /** Whether it has had to wait since it was as good as new. */
  boolean isDamped() {
    return waits > 0;
  }
}
