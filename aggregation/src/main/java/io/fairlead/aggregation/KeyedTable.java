package io.fairlead.aggregation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of values that know their keys, such as services by their ids. It takes about seven
 * bytes for each value, where a {@link java.util.HashMap} takes 40; with a handful of tables that
 * have every service in them that decides how many services fit into a heap. Open addressing with
 * linear probing, at most two thirds full. Not thread-safe: owned as its owner says.
 */
final class KeyedTable<K, V> {
  private static final int LEAST = 4;
  // 2^32 divided by the golden ratio: neighbouring hash codes are spread far apart.
  private static final int SPREAD = 0x9E3779B9;

  private final Function<V, K> keyOf;
  // The length is a power of two.
  private @Nullable Object[] values = new @Nullable Object[LEAST];
  private int size;

  /**
   * An empty table.
   *
   * @param keyOf gives the key of a value, always an equal one for the same value
   */
  KeyedTable(Function<V, K> keyOf) {
    this.keyOf = keyOf;
  }

  int size() {
    return size;
  }

  @Nullable V get(K key) {
    return at(find(key));
  }

  boolean contains(K key) {
    return get(key) != null;
  }

  /** Puts a value in the place of that with the same key; gives the former one. */
  @Nullable V put(V value) {
    int place = find(keyOf.apply(value));
    V before = at(place);
    values[place] = value;
    if (before == null) {
      size++;
      if (size > values.length / 3 * 2) {
        grow();
      }
    }
    return before;
  }

  private void grow() {
    @Nullable Object[] old = values;
    values = new @Nullable Object[old.length * 2];
    for (Object value : old) {
      if (value != null) {
        values[find(keyOf.apply(cast(value)))] = value;
      }
    }
  }

  /** Takes out the value of a key. */
  @Nullable V remove(K key) {
    int place = find(key);
    V removed = at(place);
    if (removed == null) {
      return null;
    }
    size--;
    // What stands behind it and could not stand further ahead moves up, or it would not be found.
    int mask = values.length - 1;
    for (int next = (place + 1) & mask; ; next = (next + 1) & mask) {
      V value = at(next);
      if (value == null) {
        break;
      }
      int home = home(keyOf.apply(value));
      if (((next - home) & mask) >= ((next - place) & mask)) {
        values[place] = value;
        place = next;
      }
    }
    values[place] = null;
    return removed;
  }

  /** All values, in no order: a copy, so the table may be changed meanwhile. */
  List<V> values() {
    List<V> all = new ArrayList<>(size);
    forEach(all::add);
    return all;
  }

  /** Calls back with each value, in no order; the table must not be changed meanwhile. */
  void forEach(Consumer<V> consumer) {
    for (Object value : values) {
      if (value != null) {
        consumer.accept(cast(value));
      }
    }
  }

  void clear() {
    values = new @Nullable Object[LEAST];
    size = 0;
  }

  // Where a key is, or where it would be put.
  private int find(K key) {
    int mask = values.length - 1;
    int place = home(key);
    for (V value = at(place); value != null; value = at(place)) {
      if (keyOf.apply(value).equals(key)) {
        break;
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  private int home(K key) {
    return (Objects.hashCode(key) * SPREAD) >>> (Integer.numberOfLeadingZeros(values.length) + 1);
  }

  private @Nullable V at(int place) {
    Object value = values[place];
    return value == null ? null : cast(value);
  }

  @SuppressWarnings("unchecked") // nothing else is put into it
  private V cast(Object value) {
    return (V) value;
  }
}
