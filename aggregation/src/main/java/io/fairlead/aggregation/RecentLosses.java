package io.fairlead.aggregation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The losses of one registry that were let go without confirmation and are not older than the
 * window. What comes back is subtracted from the newest losses of the same service, so what is kept
 * is in proportion to what is still missing and not to how often something changed. Times are
 * monotonic nanoseconds. Confined to the commit thread.
 */
final class RecentLosses {
  /** One loss; told apart by identity. */
  private static final class Loss {
    final Subject subject;
    final long at;
    Extent left;

    Loss(Subject subject, long at, Extent left) {
      this.subject = subject;
      this.at = at;
      this.left = left;
    }
  }

  private final long window;
  private final Set<Loss> oldestFirst = new LinkedHashSet<>();
  private final Map<Subject, Deque<Loss>> newestFirst = new HashMap<>();
  private Extent sum = Extent.NONE;

  /** Losses of the last so many nanoseconds. */
  RecentLosses(long window) {
    this.window = window;
  }

  void add(Subject subject, Extent lost, long now) {
    Loss loss = new Loss(subject, now, lost);
    oldestFirst.add(loss);
    newestFirst.computeIfAbsent(subject, s -> new ArrayDeque<>(1)).addFirst(loss);
    sum = sum.plus(lost);
  }

  /** Takes what a service has more than before; what it had not lost counts for nothing. */
  void cameBack(Subject subject, Extent gained) {
    Deque<Loss> losses = newestFirst.get(subject);
    if (losses == null) {
      return;
    }
    Extent left = gained;
    Iterator<Loss> newest = losses.iterator();
    while (newest.hasNext() && !left.equals(Extent.NONE)) {
      Loss loss = newest.next();
      Extent back = loss.left.atMost(left);
      loss.left = loss.left.minus(back);
      left = left.minus(back);
      sum = sum.minus(back);
      if (loss.left.equals(Extent.NONE)) {
        newest.remove();
        oldestFirst.remove(loss);
      }
    }
    if (losses.isEmpty()) {
      newestFirst.remove(subject);
    }
  }

  /** Forgets what is older than the window. */
  void forgetOld(long now) {
    Iterator<Loss> oldest = oldestFirst.iterator();
    while (oldest.hasNext()) {
      Loss loss = oldest.next();
      if (now - loss.at < window) {
        return;
      }
      oldest.remove();
      sum = sum.minus(loss.left);
      Deque<Loss> losses = newestFirst.get(loss.subject);
      if (losses != null) {
        losses.removeLast();
        if (losses.isEmpty()) {
          newestFirst.remove(loss.subject);
        }
      }
    }
  }

  void clear() {
    oldestFirst.clear();
    newestFirst.clear();
    sum = Extent.NONE;
  }

  /** All of it. */
  Extent sum() {
    return sum;
  }

  /** Number of losses that are remembered. */
  int size() {
    return oldestFirst.size();
  }
}
