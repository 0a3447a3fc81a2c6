package io.fairlead.aggregation.collect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A queue of keys that are due a fixed time after they were added, the oldest first. Times are
 * monotonic, in nanoseconds. Confined to the commit thread.
 */
public final class Expiry<K> {
  private final Map<K, Long> since = new LinkedHashMap<>();

  /** Adds a key; one that is there keeps the time at which it was added. */
  public void add(K key, long now) {
    since.putIfAbsent(key, now);
  }

  public void remove(K key) {
    since.remove(key);
  }

  public boolean contains(K key) {
    return since.containsKey(key);
  }

  public boolean isEmpty() {
    return since.isEmpty();
  }

  /** Removes and returns the keys that have been there for that long. */
  public List<K> takeDue(Duration keep, long now) {
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

  /** Returns the time until the oldest key is due, zero if it is. */
  public Optional<Duration> untilNext(Duration keep, long now) {
    return since.values().stream()
        .findFirst()
        .map(oldest -> Duration.ofNanos(Math.max(0, keep.toNanos() - (now - oldest))));
  }
}
