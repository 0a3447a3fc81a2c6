package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A small part of a type's resources, sorted by name. Immutable: a change makes a new one. */
final class Bucket {
  static final Bucket EMPTY = new Bucket(new Resource[0]);

  private static final Comparator<Resource> BY_NAME =
      Comparator.comparing(resource -> resource.key().name());

  private final Resource[] sorted;
  // Computed when it is first asked for; 0: not yet. Whoever computes it comes to the same.
  private volatile long digest;

  private Bucket(Resource[] sorted) {
    this.sorted = sorted;
  }

  /** Returns a bucket of resources with different names; it owns and sorts the array. */
  static Bucket of(Resource[] resources) {
    Arrays.sort(resources, BY_NAME);
    return new Bucket(resources);
  }

  /** Returns its resources in the order of their names. */
  List<Resource> resources() {
    return Collections.unmodifiableList(Arrays.asList(sorted));
  }

  /** Returns a digest of the names and versions in it. */
  long digest() {
    if (digest == 0) {
      StringBuilder text = new StringBuilder();
      for (Resource resource : sorted) {
        text.append(resource.key().name()).append(' ').append(resource.version()).append('\n');
      }
      digest = Math.max(1, Digest.spread(text.toString()) & Long.MAX_VALUE);
    }
    return digest;
  }

  void addTo(List<Resource> all, String revision) {
    for (Resource resource : sorted) {
      if (resource.isVisibleTo(revision)) {
        all.add(resource);
      }
    }
  }

  int size() {
    return sorted.length;
  }

  @Nullable Resource find(String name) {
    int low = 0;
    int high = sorted.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = sorted[middle].key().name().compareTo(name);
      if (order == 0) {
        return sorted[middle];
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** Returns this bucket with puts (non-null values) and removals (null values) by name. */
  Bucket with(SortedMap<String, @Nullable Resource> changes) {
    List<Resource> merged = new ArrayList<>(sorted.length + changes.size());
    int next = 0;
    for (Map.Entry<String, @Nullable Resource> change : changes.entrySet()) {
      String name = change.getKey();
      while (next < sorted.length && sorted[next].key().name().compareTo(name) < 0) {
        merged.add(sorted[next++]);
      }
      if (next < sorted.length && sorted[next].key().name().equals(name)) {
        next++;
      }
      if (change.getValue() != null) {
        merged.add(change.getValue());
      }
    }
    merged.addAll(Arrays.asList(sorted).subList(next, sorted.length));
    return merged.isEmpty() ? EMPTY : new Bucket(merged.toArray(new Resource[0]));
  }
}
