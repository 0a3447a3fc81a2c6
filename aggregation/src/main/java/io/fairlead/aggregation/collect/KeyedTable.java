package io.fairlead.aggregation.collect;

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
public final class KeyedTable<K, V> {
  /** The hashes and keys of values, by which a table finds them. */
  public interface Keys<K, V> {
    /** Returns a hash of a key. */
    int hash(K key);

    /** Returns the same hash of the key of a value. */
    int hashOf(V value);

    /** Whether a value has a key. */
    boolean isOf(V value, K key);

    /** Returns the key of a value; always an equal one for the same value. */
    K of(V value);

    /** Returns keys that are at hand in the values. */
    static <K, V> Keys<K, V> by(Function<V, K> keyOf) {
      return new Keys<>() {
        @Override
        public int hash(K key) {
          return Objects.hashCode(key);
        }

        @Override
        public int hashOf(V value) {
          return Objects.hashCode(keyOf.apply(value));
        }

        @Override
        public boolean isOf(V value, K key) {
          return keyOf.apply(value).equals(key);
        }

        @Override
        public K of(V value) {
          return keyOf.apply(value);
        }
      };
    }
  }

  private static final int MIN_LENGTH = 4;
  // 2^32 divided by the golden ratio: neighbouring hash codes are spread far apart.
  private static final int SPREAD = 0x9E3779B9;

  private final Keys<K, V> keys;
  // The length is a power of two.
  private @Nullable Object[] values = new @Nullable Object[MIN_LENGTH];
  private int size;

  /**
   * Makes an empty table.
   *
   * @param keyOf gives the key of a value, always an equal one for the same value
   */
  public KeyedTable(Function<V, K> keyOf) {
    this(Keys.by(keyOf));
  }

  /** Makes an empty table whose values need not have their keys at hand. */
  public KeyedTable(Keys<K, V> keys) {
    this.keys = keys;
  }

  public int size() {
    return size;
  }

  public @Nullable V get(K key) {
    return at(find(key));
  }

  public boolean contains(K key) {
    return get(key) != null;
  }

  /** Puts a value in the place of the one with the same key, and returns the former one. */
  public @Nullable V put(V value) {
    int place = find(keys.of(value));
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
        values[free(keys.hashOf(cast(value)))] = value;
      }
    }
  }

  /** Removes the value of a key, and returns it. */
  public @Nullable V remove(K key) {
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
      int home = home(keys.hashOf(value));
      if (((next - home) & mask) >= ((next - place) & mask)) {
        values[place] = value;
        place = next;
      }
    }
    values[place] = null;
    return removed;
  }

  /** Returns all values, in no order: a copy, so the table may be changed meanwhile. */
  public List<V> values() {
    List<V> all = new ArrayList<>(size);
    forEach(all::add);
    return all;
  }

  /** Calls the consumer with each value, in no order; the table must not be changed meanwhile. */
  public void forEach(Consumer<V> consumer) {
    for (Object value : values) {
      if (value != null) {
        consumer.accept(cast(value));
      }
    }
  }

  public void clear() {
    values = new @Nullable Object[MIN_LENGTH];
    size = 0;
  }

  // Where a key is, or where it would be put.
  private int find(K key) {
    int mask = values.length - 1;
    int place = home(keys.hash(key));
    for (V value = at(place); value != null; value = at(place)) {
      if (keys.isOf(value, key)) {
        break;
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  // Where a value is put whose key no other has.
  private int free(int hash) {
    int mask = values.length - 1;
    int place = home(hash);
    while (values[place] != null) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private int home(int hash) {
    return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(values.length) + 1);
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
