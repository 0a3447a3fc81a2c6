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
 * window, as far as a service has less than at the beginning of the window. What comes back is
 * subtracted from the newest losses of the same service. So is a loss from what the service had
 * grown by within the window: a deployment that starts each new instance before it ends the old one
 * leaves a service with what it had. What is kept is in proportion to what differs and not to how
 * often something changed. Times are monotonic nanoseconds. Confined to the commit thread.
 */
final class RecentLosses {
  private final Book losses;
  private final Book growth;

  /** Losses of the last so many nanoseconds. */
  RecentLosses(long window) {
    this.losses = new Book(window);
    this.growth = new Book(window);
  }

  /** What of a loss remains after what the service had grown by is taken off. */
  Extent beyondGrowth(Subject subject, Extent lost) {
    return lost.minus(lost.atMost(growth.of(subject)));
  }

  /** Takes a loss that was let go. */
  void add(Subject subject, Extent lost, long now) {
    Extent left = growth.take(subject, lost);
    if (!left.equals(Extent.NONE)) {
      losses.add(subject, left, now);
    }
  }

  /** Takes what a service has more than before; gives what of it the service had not lost. */
  Extent cameBack(Subject subject, Extent gained) {
    return losses.take(subject, gained);
  }

  /** Takes what a service has more than before, without having lost it. */
  void grew(Subject subject, Extent gained, long now) {
    if (!gained.equals(Extent.NONE)) {
      growth.add(subject, gained, now);
    }
  }

  /** Forgets what is older than the window. */
  void forgetOld(long now) {
    losses.forgetOld(now);
    growth.forgetOld(now);
  }

  void clear() {
    losses.clear();
    growth.clear();
  }

  /** All losses. */
  Extent sum() {
    return losses.sum;
  }

  /** Number of losses and of growths that are remembered. */
  int size() {
    return losses.oldestFirst.size() + growth.oldestFirst.size();
  }

  /** Amounts with their times, by what they are of. */
  private static final class Book {
    /** One of them; told apart by identity. */
    private static final class Entry {
      final Subject subject;
      final long at;
      Extent left;

      Entry(Subject subject, long at, Extent left) {
        this.subject = subject;
        this.at = at;
        this.left = left;
      }
    }

    private final long window;
    private final Set<Entry> oldestFirst = new LinkedHashSet<>();
    private final Map<Subject, Deque<Entry>> newestFirst = new HashMap<>();
    private Extent sum = Extent.NONE;

    Book(long window) {
      this.window = window;
    }

    void add(Subject subject, Extent amount, long now) {
      Entry entry = new Entry(subject, now, amount);
      oldestFirst.add(entry);
      newestFirst.computeIfAbsent(subject, s -> new ArrayDeque<>(1)).addFirst(entry);
      sum = sum.plus(amount);
    }

    /** What there is of a subject. */
    Extent of(Subject subject) {
      Extent all = Extent.NONE;
      for (Entry entry : newestFirst.getOrDefault(subject, new ArrayDeque<>(0))) {
        all = all.plus(entry.left);
      }
      return all;
    }

    /** Takes an amount off the newest of a subject; gives what is left of the amount. */
    Extent take(Subject subject, Extent amount) {
      Deque<Entry> entries = newestFirst.get(subject);
      if (entries == null) {
        return amount;
      }
      Extent left = amount;
      Iterator<Entry> newest = entries.iterator();
      while (newest.hasNext() && !left.equals(Extent.NONE)) {
        Entry entry = newest.next();
        Extent taken = entry.left.atMost(left);
        entry.left = entry.left.minus(taken);
        left = left.minus(taken);
        sum = sum.minus(taken);
        if (entry.left.equals(Extent.NONE)) {
          newest.remove();
          oldestFirst.remove(entry);
        }
      }
      if (entries.isEmpty()) {
        newestFirst.remove(subject);
      }
      return left;
    }

    void forgetOld(long now) {
      Iterator<Entry> oldest = oldestFirst.iterator();
      while (oldest.hasNext()) {
        Entry entry = oldest.next();
        if (now - entry.at < window) {
          return;
        }
        oldest.remove();
        sum = sum.minus(entry.left);
        Deque<Entry> entries = newestFirst.get(entry.subject);
        if (entries != null) {
          entries.removeLast();
          if (entries.isEmpty()) {
            newestFirst.remove(entry.subject);
          }
        }
      }
    }

    void clear() {
      oldestFirst.clear();
      newestFirst.clear();
      sum = Extent.NONE;
    }
  }
}
