package io.fairlead.common;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A configuration record type with the keys that its components describe. Immutable.
 *
 * @param <R> the record
 */
public final class KeyedRecord<R extends Record> {
  private final Class<R> type;
  private final List<ConfigurationKey> keys;

  private KeyedRecord(Class<R> type) {
    this.type = type;
    this.keys = Arrays.stream(type.getRecordComponents()).map(ConfigurationKey::new).toList();
  }

  /** Returns the keys of a record. */
  public static <R extends Record> KeyedRecord<R> of(Class<R> type) {
    return new KeyedRecord<>(type);
  }

  /**
   * Returns the record that values of a type are written as, with keys: the type itself, or the one
   * of a sealed type that has components. Nothing for a type that is written as one text only.
   */
  public static Optional<KeyedRecord<?>> in(Class<?> type) {
    if (type.isRecord()) {
      return TextValues.isParsed(type)
          ? Optional.empty()
          : Optional.of(of(type.asSubclass(Record.class)));
    }
    if (!type.isSealed() || !TextValues.isParsed(type)) {
      return Optional.empty();
    }
    return Arrays.stream(type.getPermittedSubclasses())
        .filter(one -> described(one))
        .findFirst()
        .map(one -> of(one.asSubclass(Record.class)));
  }

  private static boolean described(Class<?> type) {
    return type.isRecord()
        && Arrays.stream(type.getRecordComponents())
            .anyMatch(component -> component.isAnnotationPresent(Key.class));
  }

  /** Returns the keys, in the order of the components. */
  public List<ConfigurationKey> keys() {
    return keys;
  }

  /** Returns the names of the keys, in the same order. */
  public List<String> names() {
    return keys.stream().map(ConfigurationKey::name).toList();
  }

  /** Whether every key may be left out. */
  public boolean isOptional() {
    return keys.stream().noneMatch(ConfigurationKey::isRequired);
  }

  /** Returns a record of which everything is left out. */
  public R defaults() {
    return with(Map.of());
  }

  /**
   * Returns a record with some values; everything else is left out.
   *
   * @param values values by the names of their keys
   * @throws IllegalArgumentException with "name: value (expected: ...)" if one cannot be, is
   *     missing or unknown
   */
  public R with(Map<String, ?> values) {
    for (String name : values.keySet()) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            name + ": unknown key (expected: one of " + String.join(", ", names()) + ")");
      }
    }
    @Nullable Object[] arguments = new @Nullable Object[keys.size()];
    for (int i = 0; i < arguments.length; i++) {
      ConfigurationKey key = keys.get(i);
      Object given = values.get(key.name());
      if (given == null && key.isRequired()) {
        throw new IllegalArgumentException(
            key.name() + ": missing (expected: " + key.expectedWhenMissing() + ")");
      }
      if (given != null) {
        check(key, given);
      }
      arguments[i] = given == null ? key.defaultValue() : given;
    }
    return create(arguments);
  }

  private static void check(ConfigurationKey key, Object value) {
    String refusal = key.refusal(value);
    if (refusal != null) {
      throw new IllegalArgumentException(key.name() + ": " + refusal);
    }
    if (value instanceof Collection<?> elements) {
      elements.forEach(element -> check(key, element));
    }
  }

  /**
   * Creates a record.
   *
   * @param values one for each key, null where it is left out and has no default
   * @throws IllegalArgumentException if the record's constructor refuses them
   */
  public R create(@Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        throw refusal;
      }
      throw new IllegalStateException(type.getName() + ": its constructor failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + ": cannot be made", e);
    }
  }
}
