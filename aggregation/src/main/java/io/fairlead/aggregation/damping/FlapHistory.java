package io.fairlead.aggregation.damping;

import java.time.Duration;

/**
 * The recent changes of one host: which of them are repetitions, and how long its additions have to
 * wait; the package says why. Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class FlapHistory {
  private final FlapMemory memory = new FlapMemory();
  private final Turnover turnover = new Turnover();
  // Times of the changes that count.
  private long[] times = new long[1];
  private int count;
  private int waits;
  private boolean waiting;
  private long until;
  private long since;
  private long last;

  /** Whether an addition that is wanted has to wait at that time. */
  boolean delays(DampingPolicy policy, HostDiff wanted, long now) {
    boolean late =
        waiting
            ? now - until < 0
            : (isDamped() || changes(policy.window(), now) >= policy.free())
                && isRepeated(policy, wanted, now);
    return late && !isNeeded(policy, wanted, now);
  }

  // Whether the addition repeats something; a loss that comes with it never has to wait.
  private boolean isRepeated(DampingPolicy policy, HostDiff change, long now) {
    Duration span = span(policy);
    return change.gained().stream().anyMatch(unit -> memory.cameBack(unit, span, now))
        || (change.altered()
            && change.gained().stream().allMatch(unit -> memory.isKnown(unit, span, now)))
        || (!change.gained().isEmpty()
            && turnover.isExceeded(change, policy.free(), policy.window(), now));
  }

  // Whether a resource would be without endpoints though it could have some that did not flap.
  private boolean isNeeded(DampingPolicy policy, HostDiff wanted, long now) {
    Duration span = span(policy);
    return wanted.orphaned().stream().anyMatch(socket -> !memory.isKnown(socket, span, now))
        && !turnover.isExceeded(wanted, policy.free(), policy.window(), now);
  }

  // It is its waits that keep the sockets of a damped host away for so long.
  private Duration span(DampingPolicy policy) {
    return isDamped() ? policy.quiet().plus(policy.max()) : policy.quiet();
  }

  /** Records what was published of it, and returns whether that counts. */
  boolean changed(DampingPolicy policy, HostDiff change, long now) {
    Duration span = span(policy);
    boolean counts =
        isRepeated(policy, change, now)
            || change.lost().stream().anyMatch(unit -> memory.cameBack(unit, span, now));
    memory.forget(span, now);
    change.lost().forEach(unit -> memory.lost(unit, span, now));
    change.gained().forEach(unit -> memory.gained(unit, span, now));
    turnover.add(change, policy.window(), now);
    last = now;
    if (counts) {
      count(policy.window(), now);
    }
    return counts;
  }

  /** Whether something of it was published within that time. */
  boolean changedWithin(Duration time, long now) {
    return now - last < time.toNanos();
  }

  /** Returns the number of changes within that time that count. */
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

  /** Returns the time since the oldest of these changes. */
  Duration span(Duration window, long now) {
    int first = firstWithin(window, now);
    return Duration.ofNanos(first == count ? 0 : now - times[first]);
  }

  // Also forgets those from before the window.
  private void count(Duration window, long now) {
    int first = firstWithin(window, now);
    long[] target = count - first < times.length ? times : new long[times.length * 2];
    System.arraycopy(times, first, target, 0, count - first);
    times = target;
    count -= first;
    times[count++] = now;
  }

  /** Begins the next wait, twice as long as the one before up to the longest; returns its end. */
  long beginWait(DampingPolicy policy, long now) {
    long first = policy.first().toNanos();
    long max = policy.max().toNanos();
    int doublings = Math.min(waits, Long.SIZE - 2);
    long wait = first > (max >> doublings) ? max : first << doublings;
    if (waits == 0) {
      since = now;
    }
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

  /** Ends the damping: its next wait will be the first again. */
  void calm() {
    waits = 0;
  }

  /** Returns the end of the present wait. */
  long until() {
    return until;
  }

  /** Returns since when it has had to wait; of a damped one. */
  long since() {
    return since;
  }

  /** Whether it has had to wait since it was last calm. */
  boolean isDamped() {
    return waits > 0;
  }
}
