package io.fairlead.versioning;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All resources of one type, spread over a fixed number of buckets by the digest of the name.
 * Immutable: a change copies the list of buckets (32 KB) and the touched buckets, whatever the
 * number of resources, so a commit costs what changed. Buckets that two tables share are the same
 * object, so what differs between two snapshots is found without looking at what does not.
 */
final class Table {
  static final int BUCKETS = 4096;
  static final Table EMPTY = new Table(emptyBuckets(), 0);

  private final Bucket[] buckets;
  private final int size;

  private Table(Bucket[] buckets, int size) {
    this.buckets = buckets;
    this.size = size;
  }

  private static Bucket[] emptyBuckets() {
    Bucket[] empty = new Bucket[BUCKETS];
    java.util.Arrays.fill(empty, Bucket.EMPTY);
    return empty;
  }

  /** The bucket of a name: the top bits of its digest, so that ranges of buckets are shards. */
  static int bucketOf(String name) {
    return (int) (Digest.spread(name) >>> (Long.SIZE - Integer.numberOfTrailingZeros(BUCKETS)));
  }

  int size() {
    return size;
  }

  Bucket bucket(int index) {
    return buckets[index];
  }

  @Nullable Resource find(String name) {
    return buckets[bucketOf(name)].find(name);
  }

  Table with(List<Resource> puts, List<String> removals) {
    Map<Integer, SortedMap<String, @Nullable Resource>> changes = new TreeMap<>();
    for (Resource put : puts) {
      changes
          .computeIfAbsent(bucketOf(put.key().name()), bucket -> new TreeMap<>())
          .put(put.key().name(), put);
    }
    for (String name : removals) {
      changes.computeIfAbsent(bucketOf(name), bucket -> new TreeMap<>()).put(name, null);
    }
    Bucket[] changed = buckets.clone();
    int newSize = size;
    for (Map.Entry<Integer, SortedMap<String, @Nullable Resource>> change : changes.entrySet()) {
      Bucket before = changed[change.getKey()];
      Bucket after = before.with(change.getValue());
      newSize += after.size() - before.size();
      changed[change.getKey()] = after;
    }
    return new Table(changed, newSize);
  }
}
