package io.fairlead.common;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A key of a configuration record: a component with its {@link Key} description. Immutable. */
public final class ConfigurationKey {
  private static final int MAX_SHOWN = 80;

  private final RecordComponent component;
  private final @Nullable Key key;

  ConfigurationKey(RecordComponent component) {
    this.component = component;
    this.key = component.getAnnotation(Key.class);
  }

  /** The ways in which values are written. */
  public enum Shape {
    /** One value. */
    SINGLE,
    /** A list of values. */
    LIST,
    /** Values under names that the user chooses. */
    MAP
  }

  /** Returns the word that stands in the file. */
  public String name() {
    return key == null || key.name().isEmpty() ? component.getName() : key.name();
  }

  /** Returns the description of its purpose; may be empty. */
  public String text() {
    return key == null ? "" : key.value();
  }

  /** Returns how its values are written. */
  public Shape shape() {
    Class<?> raw = component.getType();
    if (raw == Map.class) {
      return Shape.MAP;
    }
    return raw == List.class || raw == SortedSet.class ? Shape.LIST : Shape.SINGLE;
  }

  /**
   * Whether it stands for all keys of the object that begin with its name, which ends with a dot,
   * such as {@code meta.env} for {@code meta.}. Its values are in a map by the rest of those keys.
   */
  public boolean isPrefix() {
    return name().endsWith(".");
  }

  /** Whether each value of a map is a list. */
  public boolean hasLists() {
    return shape() == Shape.MAP
        && component.getGenericType() instanceof ParameterizedType generic
        && generic.getActualTypeArguments()[1] instanceof ParameterizedType;
  }

  /** Returns the type of one value: of the elements of a list or map, else of the component. */
  public Class<?> valueType() {
    Type type = component.getGenericType();
    while (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      type = arguments[arguments.length - 1];
    }
    if (type instanceof Class<?> plain) {
      return plain;
    }
    throw new IllegalStateException(component + " (expected: a type that Key names)");
  }

  /** Whether the file must have it. */
  public boolean isRequired() {
    return defaultTexts().isEmpty()
        && !isNullable()
        && !(shape() == Shape.SINGLE
            && KeyedRecord.in(valueType()).filter(KeyedRecord::isOptional).isPresent());
  }

  /** Whether a single value may stand in place of a list with one element. */
  public boolean isSingleAllowed() {
    return key != null && key.single();
  }

  /** Returns why a change takes effect only at a restart; empty: it takes effect while running. */
  public String restart() {
    return key == null ? "" : key.restart();
  }

  /** Whether a list may have no element. */
  public boolean mayBeEmpty() {
    return defaultTexts().filter(List::isEmpty).isPresent();
  }

  /** Returns the texts of the default: one, or the elements of a list; nothing if there is none. */
  public Optional<List<String>> defaultTexts() {
    if (key == null || Arrays.equals(key.defaultValue(), new String[] {Key.NONE})) {
      return component.getType() == boolean.class
          ? Optional.of(List.of("false"))
          : Optional.empty();
    }
    return Optional.of(List.of(key.defaultValue()));
  }

  /** Whether a key that is left out has no value, although it may have a default to be shown. */
  public boolean isNullable() {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  /** Returns the value where the file has none: the default, all defaults of a record, or null. */
  public @Nullable Object defaultValue() {
    if (isNullable()) {
      return null;
    }
    Optional<List<String>> texts = defaultTexts();
    if (texts.isPresent()) {
      List<Object> values =
          texts.get().stream().map(text -> TextValues.parse(valueType(), text)).toList();
      return shape() == Shape.LIST ? collected(values) : values.get(0);
    }
    return isRequired()
        ? null
        : KeyedRecord.in(valueType()).map(KeyedRecord::defaults).orElse(null);
  }

  /** Returns elements as the component takes them. */
  public Object collected(List<Object> elements) {
    return component.getType() == SortedSet.class ? new TreeSet<>(elements) : List.copyOf(elements);
  }

  /** Returns the smallest value, or empty. */
  public String min() {
    return form(Key::min);
  }

  /** Returns the largest value, or empty. */
  public String max() {
    return form(Key::max);
  }

  /** Returns a regular expression that texts match as a whole, or empty. */
  public String pattern() {
    return form(Key::pattern);
  }

  /** Returns the description of a valid value. */
  public String expected() {
    String own = form(Key::expected);
    return own.isEmpty() ? expectedOfType() : own.replace("{range}", range());
  }

  /** Returns the name of what is missing if a required key is absent. */
  public String expectedWhenMissing() {
    if (text().isEmpty() || !form(Key::expected).isEmpty()) {
      return expected();
    }
    return range().isEmpty() ? text() : text() + "; " + expected();
  }

  /**
   * Returns the purpose, the description of a valid value unless the type says enough, and why a
   * change needs a restart if it does.
   */
  public String description() {
    boolean plain = form(Key::expected).isEmpty() && range().isEmpty();
    String form = plain ? "" : valueType() == Duration.class ? range() : expected();
    String restart = restart().isEmpty() ? "" : "a change needs a restart: " + restart();
    return Stream.of(text(), form, restart)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("; "));
  }

  // The key's own word goes before that of its type.
  private String form(Function<Key, String> part) {
    Key ofType = valueType().getAnnotation(Key.class);
    String own = key == null ? "" : part.apply(key);
    return own.isEmpty() && ofType != null ? part.apply(ofType) : own;
  }

  private String expectedOfType() {
    Class<?> type = valueType();
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number" + numbers();
    }
    if (type == double.class || type == Double.class) {
      return "a number" + numbers();
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == Duration.class) {
      return "a duration such as 100ms, 10s, 5m or 1h";
    }
    if (type == Path.class) {
      return "a path";
    }
    if (type == URI.class) {
      return "a URI";
    }
    if (type.isEnum()) {
      return "one of " + String.join(", ", TextValues.words(type));
    }
    return pattern().isEmpty()
        ? "a text; quote it if it looks like a number"
        : "a text that matches " + pattern();
  }

  private String numbers() {
    return range().isEmpty() ? "" : (max().isEmpty() ? ", " : " from ") + range();
  }

  /** Returns the range as "1 to 9" or "at least 1"; empty if there is none. */
  public String range() {
    if (!max().isEmpty()) {
      return (min().isEmpty() ? "at most " : min() + " to ") + max();
    }
    if (min().isEmpty()) {
      return "";
    }
    // The smallest duration that can be written.
    return min().equals("1ms") ? "more than 0" : "at least " + min();
  }

  /**
   * Returns the refusal "value (expected: ...)" of a value of the right type, or of one element,
   * that is out of range; null if it is not.
   */
  public @Nullable String refusal(Object value) {
    if (value instanceof Duration duration) {
      boolean low = !min().isEmpty() && duration.compareTo(Durations.parse(min())) < 0;
      boolean high = !max().isEmpty() && duration.compareTo(Durations.parse(max())) > 0;
      return low || high ? refusal(Durations.format(duration), range()) : null;
    }
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      boolean low = !min().isEmpty() && exact.compareTo(new BigDecimal(min())) < 0;
      boolean high = !max().isEmpty() && exact.compareTo(new BigDecimal(max())) > 0;
      return low || high ? refusal(exact.stripTrailingZeros().toPlainString(), expected()) : null;
    }
    if (value instanceof Collection<?> list) {
      if (list.isEmpty() && !mayBeEmpty()) {
        return refusal("an empty list", form(Key::expected).isEmpty() ? "one or more" : expected());
      }
      boolean single = KeyedRecord.in(valueType()).isEmpty();
      return single && new HashSet<>(list).size() < list.size()
          ? refusal(list.toString(), "each once")
          : null;
    }
    if (value instanceof String || value instanceof URI) {
      String text = value.toString();
      boolean shorter =
          value instanceof String && !min().isEmpty() && text.length() < Integer.parseInt(min());
      if (shorter || (!pattern().isEmpty() && !text.matches(pattern()))) {
        return refusal(
            text, shorter && form(Key::expected).isEmpty() ? "a longer text" : expected());
      }
    }
    return null;
  }

  /**
   * Returns a refusal in the usual words; a long value is cut, a password of an address is hidden.
   */
  public static String refusal(String value, String expected) {
    String shown = value.isEmpty() ? "''" : ForeignText.address(value);
    return (shown.length() > MAX_SHOWN ? shown.substring(0, MAX_SHOWN) + "..." : shown)
        + " (expected: "
        + expected
        + ")";
  }

  /** Returns the value that a record has for it. */
  public @Nullable Object of(Record record) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + ": cannot be read", e);
    }
  }
}
