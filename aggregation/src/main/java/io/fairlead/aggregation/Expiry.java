package io.fairlead.aggregation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Things that end a fixed time after they were added, oldest first. Times are of a monotonic clock,
 * in nanoseconds. Confined to the commit thread.
 */
final class Expiry<K> {
  private final Map<K, Long> since = new LinkedHashMap<>();

  /** Adds a thing unless it is there; the time that it has been there counts. */
  void add(K key, long now) {
    since.putIfAbsent(key, now);
  }

  void remove(K key) {
    since.remove(key);
  }

  boolean contains(K key) {
    return since.containsKey(key);
  }

  /** Takes out what has been there for that long. */
  List<K> takeDue(Duration keep, long now) {
    List<K> due = new ArrayList<>();
    Iterator<Map.Entry<K, Long>> oldest = since.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<K, Long> entry = oldest.next();
      if (now - entry.getValue() < keep.toNanos()) {
        break;
      }
      due.add(entry.getKey());
      oldest.remove();
    }
    return due;
  }

  /** Takes out the oldest. */
  Optional<K> takeOldest() {
    Iterator<K> oldest = since.keySet().iterator();
    if (!oldest.hasNext()) {
      return Optional.empty();
    }
    K key = oldest.next();
    oldest.remove();
    return Optional.of(key);
  }

  /** Time until the oldest is due, zero if it is. */
  Optional<Duration> untilNext(Duration keep, long now) {
    return since.values().stream()
        .findFirst()
        .map(oldest -> Duration.ofNanos(Math.max(0, keep.toNanos() - (now - oldest))));
  }
}
