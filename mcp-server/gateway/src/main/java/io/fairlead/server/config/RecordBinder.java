package io.fairlead.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.registry.TlsFiles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tree into records: components are keys, {@code @Nullable} ones may be left out, a compact
 * constructor's {@link IllegalArgumentException} becomes a problem at the key that it names. It
 * goes on after a problem, so that all of them are found. Confined to the thread that loads.
 */
final class RecordBinder {
  private static final YAMLMapper DEFAULTS = new YAMLMapper();

  private final Problems problems;
  private final Converters converters;

  RecordBinder(Problems problems, Converters converters) {
    this.problems = problems;
    this.converters = converters;
  }

  /** A value that could be read; {@code value} is null for a key that may be left out and was. */
  private record Bound(@Nullable Object value) {}

  /** The key of a component. */
  static String keyOf(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    if (key != null) {
      return key.value();
    }
    // The SPI's name is short; the configuration spells it out everywhere.
    boolean certificate =
        component.getDeclaringRecord() == TlsFiles.class && component.getName().equals("cert");
    return certificate ? "certificate" : component.getName();
  }

  /** Reads a record; empty if there was a problem, which is then noted. */
  <T> Optional<T> bind(JsonNode node, String path, Class<T> type) {
    return record(node, path, type).map(bound -> type.cast(bound.value()));
  }

  private Optional<Bound> record(JsonNode node, String path, Class<?> type) {
    if (!node.isObject()) {
      problems.atValue(
          path, "not keys and values (expected: " + String.join(", ", keysOf(type)) + ")");
      return Optional.empty();
    }
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    boolean complete = true;
    for (int i = 0; i < components.length; i++) {
      Optional<Bound> bound = component(node, path, components[i]);
      if (bound.isPresent()) {
        arguments[i] = bound.get().value();
      } else {
        complete = false;
      }
    }
    return complete ? construct(path, type, arguments) : Optional.empty();
  }

  private Optional<Bound> component(JsonNode parent, String parentPath, RecordComponent component) {
    String key = keyOf(component);
    String path = KeyPath.key(parentPath, key);
    JsonNode node = parent.path(key);
    if (node.isMissingNode()) {
      Default fallback = component.getAnnotation(Default.class);
      if (fallback != null) {
        node = parse(fallback.value());
      } else if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        return Optional.of(new Bound(null));
      } else if (component.getType() == boolean.class) {
        return Optional.of(new Bound(false));
      } else {
        problems.atValue(path, "missing (expected: a value)");
        return Optional.empty();
      }
    }
    return value(node, path, component.getGenericType());
  }

  private static JsonNode parse(String yaml) {
    try {
      return Optional.<JsonNode>ofNullable(DEFAULTS.readTree(yaml))
          .orElse(MissingNode.getInstance());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("default: " + yaml + " (expected: YAML)", e);
    }
  }

  private Optional<Bound> value(JsonNode node, String path, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return list(node, path, arguments[0]);
      }
      if (generic.getRawType() == Map.class && arguments[0] == String.class) {
        return map(node, path, arguments[1]);
      }
    }
    if (!(type instanceof Class<?> plain)) {
      throw unsupported(type);
    }
    Function<JsonNode, Object> converter = converters.find(plain);
    if (converter != null) {
      return single(node, path, converter);
    }
    if (plain.isEnum()) {
      return single(node, path, value -> constant(value, plain));
    }
    if (plain.isRecord()) {
      return record(node, path, plain);
    }
    throw unsupported(type);
  }

  private Optional<Bound> single(JsonNode node, String path, Function<JsonNode, Object> converter) {
    try {
      return Optional.of(new Bound(converter.apply(node)));
    } catch (IllegalArgumentException e) {
      refused(path, keysOf(node), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<Bound> list(JsonNode node, String path, Type elementType) {
    if (node.isTextual()) {
      // One value for a list of one, where the schema lets it pass.
      return value(node, path, elementType)
          .map(bound -> new Bound(List.of(Objects.requireNonNull(bound.value()))));
    }
    if (!node.isArray()) {
      problems.atValue(path, "not a list (expected: a list)");
      return Optional.empty();
    }
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      value(node.get(i), KeyPath.item(path, i), elementType)
          .map(Bound::value)
          .ifPresent(elements::add);
    }
    return elements.size() == node.size()
        ? Optional.of(new Bound(List.copyOf(elements)))
        : Optional.empty();
  }

  private Optional<Bound> map(JsonNode node, String path, Type valueType) {
    if (!node.isObject()) {
      problems.atValue(path, "not keys and values (expected: keys and values)");
      return Optional.empty();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      value(entry.getValue(), KeyPath.key(path, entry.getKey()), valueType)
          .map(Bound::value)
          .ifPresent(value -> values.put(entry.getKey(), value));
    }
    return values.size() == node.size()
        ? Optional.of(new Bound(Map.copyOf(values)))
        : Optional.empty();
  }

  private static Object constant(JsonNode node, Class<?> type) {
    String wanted = node.asText().replace('-', '_');
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equalsIgnoreCase(wanted)) {
        return constant;
      }
    }
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
            .toList();
    throw new IllegalArgumentException(
        node.asText() + " (expected: one of " + String.join(", ", names) + ")");
  }

  private Optional<Bound> construct(String path, Class<?> type, @Nullable Object[] arguments) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return Optional.of(new Bound(constructor.newInstance(arguments)));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        refused(path, keysOf(type), String.valueOf(refusal.getMessage()));
        return Optional.empty();
      }
      throw new IllegalStateException(type.getName() + ": its constructor failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + ": cannot be constructed", e);
    }
  }

  /** Notes a refusal "name: value (expected: ...)" at the key of that name, else at the whole. */
  private void refused(String path, List<String> keys, String message) {
    int colon = message.indexOf(": ");
    if (colon > 0) {
      String name = message.substring(0, colon);
      String rest = message.substring(colon + 2);
      if (path.equals(name) || path.endsWith("." + name)) {
        problems.atValue(path, rest);
        return;
      }
      for (String key : keys) {
        if (KeyPath.isWithin(name, key)) {
          problems.atValue(path.isEmpty() ? name : path + "." + name, rest);
          return;
        }
      }
    }
    problems.atValue(path, message);
  }

  private static List<String> keysOf(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static List<String> keysOf(Class<?> type) {
    return Arrays.stream(type.getRecordComponents()).map(RecordBinder::keyOf).toList();
  }

  private static IllegalStateException unsupported(Type type) {
    return new IllegalStateException(
        type + " (expected: a type that RegistryAdapterFactory names for configurations)");
  }
}
