package io.fairlead.aggregation.damping;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A count of the units that one host gained lately, and of the sockets that it had at most. Changes
 * close together are counted together, so that memory is bounded: the time is that of the window,
 * or up to one {@value #SLICES}th longer. Times are monotonic nanoseconds. Confined to the commit
 * thread.
 */
final class Turnover {
  private static final int SLICES = 64;

  /** The changes within one slice of the window. */
  private record Slice(long begin, long gained, int most) {}

  private final Deque<Slice> slices = new ArrayDeque<>(1);

  /** Counts a change. */
  void add(HostDiff change, Duration window, long now) {
    while (!slices.isEmpty() && !isWithin(slices.element(), window, now)) {
      slices.remove();
    }
    Slice last = slices.peekLast();
    int gained = change.gained().size();
    if (last != null && now - last.begin() < window.toNanos() / SLICES) {
      slices.removeLast();
      int most = Math.max(last.most(), change.sockets());
      slices.add(new Slice(last.begin(), last.gained() + gained, most));
    } else {
      slices.add(new Slice(now, gained, change.sockets()));
    }
  }

  /**
   * Whether with that change more was gained within the window than by turning over twice whatever
   * the host had at most, and a number of units besides.
   */
  boolean isExceeded(HostDiff change, int besides, Duration window, long now) {
    long gained = change.gained().size();
    long most = change.sockets();
    for (Slice slice : slices) {
      if (isWithin(slice, window, now)) {
        gained += slice.gained();
        most = Math.max(most, slice.most());
      }
    }
    return gained > 2 * most + besides;
  }

  private static boolean isWithin(Slice slice, Duration window, long now) {
    return now - slice.begin() < window.toNanos() + window.toNanos() / SLICES;
  }
}
