package io.fairlead.versioning;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of all resources of one type, spread over a fixed number of buckets by the digest of the
 * name. Immutable: a change copies the list of buckets (32 KB) and the touched buckets, whatever
 * the number of resources, so a commit costs what changed. Buckets that two tables share are the
 * same object, so what differs between two snapshots is found without looking at what does not.
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

  /**
   * Returns a table of everything at once, as a start makes it: {@link #with} from nothing, in a
   * part of the time, on as many threads as there are.
   *
   * @param resources of one type, each name once
   */
  static Table of(List<Resource> resources) {
    int[] bucketOf = new int[resources.size()];
    IntStream.range(0, bucketOf.length)
        .parallel()
        .forEach(i -> bucketOf[i] = bucketOf(resources.get(i).key().name()));
    int[] sizes = new int[BUCKETS];
    for (int bucket : bucketOf) {
      sizes[bucket]++;
    }
    Resource[][] spread = new Resource[BUCKETS][];
    for (int i = 0; i < bucketOf.length; i++) {
      int bucket = bucketOf[i];
      if (spread[bucket] == null) {
        spread[bucket] = new Resource[sizes[bucket]];
      }
      spread[bucket][--sizes[bucket]] = resources.get(i);
    }
    Bucket[] buckets = emptyBuckets();
    for (int i = 0; i < BUCKETS; i++) {
      if (spread[i] != null) {
        buckets[i] = Bucket.of(spread[i]);
      }
    }
    return new Table(buckets, bucketOf.length);
  }

  private static Bucket[] emptyBuckets() {
    Bucket[] empty = new Bucket[BUCKETS];
    java.util.Arrays.fill(empty, Bucket.EMPTY);
    return empty;
  }

  /**
   * Returns the bucket of a name: the top bits of its digest, so that ranges of buckets are shards.
   */
  static int bucketOf(String name) {
    return (int) (Digest.spread(name) >>> (Long.SIZE - Integer.numberOfTrailingZeros(BUCKETS)));
  }

  int size() {
    return size;
  }

  /** Returns a digest of the names and versions in it; it costs what changed since the last one. */
  String digest() {
    ByteBuffer digests = ByteBuffer.allocate(BUCKETS * Long.BYTES);
    for (Bucket bucket : buckets) {
      digests.putLong(bucket.digest());
    }
    return Digest.version(digests.array());
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
