package io.fairlead.guard;

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
final class RecentLosses<K> {
  private final Book<K> losses;
  private final Book<K> growth;

  /** Losses of the last so many nanoseconds. */
  RecentLosses(long window) {
    this.losses = new Book<>(window);
    this.growth = new Book<>(window);
  }

  /** Goes by another window; what was forgotten stays so. */
  void use(long window) {
    losses.window = window;
    growth.window = window;
  }

  /** What of a loss remains after what the service had grown by is taken off. */
  ServiceCount beyondGrowth(K key, ServiceCount lost) {
    return lost.minus(lost.atMost(growth.of(key)));
  }

  /** Takes a loss that was let go. */
  void add(K key, ServiceCount lost, long now) {
    ServiceCount left = growth.take(key, lost);
    if (!left.equals(ServiceCount.NONE)) {
      losses.add(key, left, now);
    }
  }

  /** Takes what a service has more than before; gives what of it the service had not lost. */
  ServiceCount cameBack(K key, ServiceCount gained) {
    return losses.take(key, gained);
  }

  /** Takes what a service has more than before, without having lost it. */
  void grew(K key, ServiceCount gained, long now) {
    if (!gained.equals(ServiceCount.NONE)) {
      growth.add(key, gained, now);
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
  ServiceCount sum() {
    return losses.sum;
  }

  /** Number of losses and of growths that are remembered. */
  int size() {
    return losses.oldestFirst.size() + growth.oldestFirst.size();
  }

  /** Amounts with their times, by what they are of. */
  private static final class Book<K> {
    /** One of them; told apart by identity. */
    private static final class Entry<K> {
      final K key;
      final long at;
      ServiceCount left;

      Entry(K key, long at, ServiceCount left) {
        this.key = key;
        this.at = at;
        this.left = left;
      }
    }

    private long window;
    private final Set<Entry<K>> oldestFirst = new LinkedHashSet<>();
    private final Map<K, Deque<Entry<K>>> newestFirst = new HashMap<>();
    private ServiceCount sum = ServiceCount.NONE;

    Book(long window) {
      this.window = window;
    }

    void add(K key, ServiceCount amount, long now) {
      Entry<K> entry = new Entry<>(key, now, amount);
      oldestFirst.add(entry);
      newestFirst.computeIfAbsent(key, k -> new ArrayDeque<>(1)).addFirst(entry);
      sum = sum.plus(amount);
    }

    /** Returns the sum of what there is of a key. */
    ServiceCount of(K key) {
      ServiceCount all = ServiceCount.NONE;
      for (Entry<K> entry : newestFirst.getOrDefault(key, new ArrayDeque<>(0))) {
        all = all.plus(entry.left);
      }
      return all;
    }

    /** Takes an amount off the newest of a key; gives what is left of the amount. */
    ServiceCount take(K key, ServiceCount amount) {
      Deque<Entry<K>> entries = newestFirst.get(key);
      if (entries == null) {
        return amount;
      }
      ServiceCount left = amount;
      Iterator<Entry<K>> newest = entries.iterator();
      while (newest.hasNext() && !left.equals(ServiceCount.NONE)) {
        Entry<K> entry = newest.next();
        ServiceCount taken = entry.left.atMost(left);
        entry.left = entry.left.minus(taken);
        left = left.minus(taken);
        sum = sum.minus(taken);
        if (entry.left.equals(ServiceCount.NONE)) {
          newest.remove();
          oldestFirst.remove(entry);
        }
      }
      if (entries.isEmpty()) {
        newestFirst.remove(key);
      }
      return left;
    }

    void forgetOld(long now) {
      Iterator<Entry<K>> oldest = oldestFirst.iterator();
      while (oldest.hasNext()) {
        Entry<K> entry = oldest.next();
        if (now - entry.at < window) {
          return;
        }
        oldest.remove();
        sum = sum.minus(entry.left);
        Deque<Entry<K>> entries = newestFirst.get(entry.key);
        if (entries != null) {
          entries.removeLast();
          if (entries.isEmpty()) {
            newestFirst.remove(entry.key);
          }
        }
      }
    }

    void clear() {
      oldestFirst.clear();
      newestFirst.clear();
      sum = ServiceCount.NONE;
    }
  }
}
