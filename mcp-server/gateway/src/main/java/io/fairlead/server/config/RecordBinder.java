package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.ConfigurationKey.Shape;
import io.fairlead.common.KeyedRecord;
import io.fairlead.common.Similar;
import io.fairlead.common.TextValues;
import io.fairlead.registry.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tree into records by the descriptions of their keys: the one validator. What a
 * constructor refuses with {@link IllegalArgumentException} becomes a problem at the key that it
 * names. It goes on after a problem, so that all of them are found. Confined to the thread that
 * loads.
 */
final class RecordBinder {
  private final Problems problems;
  private final Path folder;
  private final ElementReader elements;

  /** Creates a binder that takes relative paths as relative to a folder. */
  RecordBinder(Problems problems, Path folder, ElementReader elements) {
    this.problems = problems;
    this.folder = folder;
    this.elements = elements;
  }

  /** A reader of registries and config sources, whose keys depend on their types. */
  interface ElementReader {
    /** Reads a registry; empty if there was a problem, which is then noted. */
    Optional<RegistryConfig> registry(RecordBinder binder, JsonNode node, String path);

    /** Reads a config source; empty if there was a problem, which is then noted. */
    Optional<ConfigSourceConfig> configSource(RecordBinder binder, JsonNode node, String path);
  }

  /** Reads a record; empty if there was a problem, which is then noted. */
  <R extends Record> Optional<R> bind(JsonNode node, String path, KeyedRecord<R> type) {
    refuseUnknown(node, path, type.names());
    return bindKnown(node, path, type);
  }

  /** Notes the keys of an object that are not among the known ones. */
  void refuseUnknown(JsonNode node, String path, Collection<String> known) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!known.contains(entry.getKey())
          && known.stream().noneMatch(name -> isBelow(entry.getKey(), name))) {
        String at = KeyPath.key(path, entry.getKey());
        problems.atKey(
            at,
            "unknown key (expected: "
                + Similar.to(entry.getKey(), new TreeSet<>(known))
                    .map(other -> other + "?)")
                    .orElseGet(() -> "one of " + String.join(", ", new TreeSet<>(known)) + ")"));
      }
    }
  }

  private static boolean isBelow(String key, String prefix) {
    return prefix.endsWith(".") && key.startsWith(prefix) && key.length() > prefix.length();
  }

  /** As {@link #bind}, of an object that may have other keys, too. */
  <R extends Record> Optional<R> bindKnown(JsonNode node, String path, KeyedRecord<R> type) {
    if (!node.isObject()) {
      // A file that is emptied before it is written anew, or of comments only.
      boolean emptyFile = path.isEmpty() && node.isNull();
      String keys = path.isEmpty() ? "" : ": " + String.join(", ", type.names());
      problems.atValue(
          path,
          emptyFile
              ? ConfigurationKey.refusal("an empty file", "keys and values" + keys)
              : refusal(node, "keys and values" + keys));
      return Optional.empty();
    }
    List<ConfigurationKey> keys = type.keys();
    @Nullable Object[] values = new @Nullable Object[keys.size()];
    boolean complete = true;
    for (int i = 0; i < values.length; i++) {
      ConfigurationKey key = keys.get(i);
      JsonNode given = key.isPrefix() ? below(node, key.name()) : node.path(key.name());
      if (given.isMissingNode() && key.isNullable()) {
        continue;
      }
      Optional<?> value = value(given, KeyPath.key(path, key.name()), key);
      values[i] = value.orElse(null);
      complete &= value.isPresent();
    }
    if (!complete) {
      return Optional.empty();
    }
    try {
      return Optional.of(type.create(values));
    } catch (IllegalArgumentException e) {
      refused(path, type.names(), e);
      return Optional.empty();
    }
  }

  /** Returns the keys of an object that begin with a prefix, as an object; missing if none do. */
  private static JsonNode below(JsonNode node, String prefix) {
    ObjectNode below = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (isBelow(entry.getKey(), prefix)) {
        below.set(entry.getKey(), entry.getValue());
      }
    }
    return below.isEmpty() ? MissingNode.getInstance() : below;
  }

  private Optional<?> value(JsonNode node, String path, ConfigurationKey key) {
    if (node.isMissingNode()) {
      return missing(path, key);
    }
    return switch (key.shape()) {
      case LIST -> list(node, path, key);
      case MAP -> map(node, path, key);
      case SINGLE -> single(node, path, key);
    };
  }

  private Optional<?> missing(String path, ConfigurationKey key) {
    if (key.isRequired()) {
      problems.atValue(path, "missing (expected: " + key.expectedWhenMissing() + ")");
      return Optional.empty();
    }
    Optional<KeyedRecord<?>> record = KeyedRecord.in(key.valueType());
    return record.isPresent() && key.shape() == Shape.SINGLE
        ? bindKnown(JsonNodeFactory.instance.objectNode(), path, record.get())
        : Optional.ofNullable(key.defaultValue())
            .map(value -> value instanceof Path relative ? folder.resolve(relative) : value);
  }

  private Optional<?> list(JsonNode node, String path, ConfigurationKey key) {
    boolean alone = key.isSingleAllowed() && !node.isArray() && !node.isNull();
    if (!alone && !node.isArray()) {
      problems.atValue(path, refusal(node, "a list"));
      return Optional.empty();
    }
    List<Object> elements = new ArrayList<>();
    int size = alone ? 1 : node.size();
    for (int i = 0; i < size; i++) {
      single(alone ? node : node.get(i), alone ? path : KeyPath.item(path, i), key)
          .ifPresent(elements::add);
    }
    return elements.size() == size
        ? inRange(key.collected(elements), elements, path, key)
        : Optional.empty();
  }

  private Optional<?> map(JsonNode node, String path, ConfigurationKey key) {
    if (!node.isObject()) {
      problems.atValue(path, refusal(node, "keys and values"));
      return Optional.empty();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    String parent = key.isPrefix() ? path.substring(0, path.lastIndexOf("[\"")) : path;
    int skipped = key.isPrefix() ? key.name().length() : 0;
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String at = KeyPath.key(parent, entry.getKey());
      Optional<?> value =
          key.hasLists() ? list(entry.getValue(), at, key) : single(entry.getValue(), at, key);
      value.ifPresent(one -> values.put(entry.getKey().substring(skipped), one));
    }
    return values.size() == node.size() ? Optional.of(Map.copyOf(values)) : Optional.empty();
  }

  private Optional<?> single(JsonNode node, String path, ConfigurationKey key) {
    Class<?> type = key.valueType();
    if (type == RegistryConfig.class) {
      return elements.registry(this, node, path);
    }
    if (type == ConfigSourceConfig.class) {
      return elements.configSource(this, node, path);
    }
    Optional<KeyedRecord<?>> record = KeyedRecord.in(type);
    if (record.isPresent() && (node.isObject() || type.isRecord())) {
      return bind(node, path, record.get());
    }
    try {
      Object value = type == Secret.class ? secret(node, key) : parsed(node, key);
      return inRange(value, value, path, key);
    } catch (IllegalArgumentException e) {
      refused(path, List.of(), e);
      return Optional.empty();
    }
  }

  private Optional<?> inRange(Object value, Object checked, String path, ConfigurationKey key) {
    String refusal = key.refusal(checked);
    if (refusal == null) {
      return Optional.of(value);
    }
    problems.atValue(path, refusal);
    return Optional.empty();
  }

  private Object parsed(JsonNode node, ConfigurationKey key) {
    Class<?> type = key.valueType();
    boolean fits;
    if (type == int.class || type == Integer.class) {
      fits = node.isIntegralNumber() && node.canConvertToInt();
    } else if (type == long.class || type == Long.class) {
      fits = node.isIntegralNumber() && node.canConvertToLong();
    } else if (type == double.class || type == Double.class) {
      fits = node.isNumber();
    } else if (type == boolean.class || type == Boolean.class) {
      fits = node.isBoolean();
    } else if (node.isTextual()) {
      fits = key.pattern().isEmpty() || node.textValue().matches(key.pattern());
    } else {
      // Such as a port in place of a word. The parser of a form refuses other numbers itself.
      fits = node.isIntegralNumber() && !key.max().isEmpty() && TextValues.isParsed(type);
    }
    if (!fits || (type == Path.class && node.asText().isEmpty())) {
      throw new IllegalArgumentException(refusal(node, key.expected()));
    }
    return type == Path.class ? path(node.asText()) : TextValues.parse(type, node.asText());
  }

  // The value is in no message: it may be the secret itself.
  private Secret secret(JsonNode node, ConfigurationKey key) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal("a secret in plain text", key.expected()));
    }
    String env = Objects.requireNonNullElse(node.path("env").textValue(), "");
    String file = Objects.requireNonNullElse(node.path("file").textValue(), "");
    if (node.size() != 1 || (env.isEmpty() && file.isEmpty())) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal("not a reference to a secret", key.expected()));
    }
    return env.isEmpty() ? new Secret.InFile(path(file)) : new Secret.Env(env);
  }

  private Path path(String text) {
    return folder.resolve((Path) TextValues.parse(Path.class, text)).normalize();
  }

  // What stands inside an object or a list may be a secret in the wrong place, so it is not shown.
  private static String refusal(JsonNode node, String expected) {
    String shown =
        switch (node.getNodeType()) {
          case OBJECT -> "keys and values";
          case ARRAY -> node.isEmpty() ? "an empty list" : "a list";
          case NULL -> "nothing";
          default -> node.asText();
        };
    return ConfigurationKey.refusal(shown, expected);
  }

  /** Notes what a check refuses of a record, at the key that its message names. */
  void attempt(String path, KeyedRecord<?> type, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      refused(path, type.names(), e);
    }
  }

  // "name: value (expected: ...)" belongs to the key of that name, any other message to the whole.
  private void refused(String path, List<String> keys, IllegalArgumentException refusal) {
    String message = String.valueOf(refusal.getMessage());
    int colon = message.indexOf(": ");
    if (colon > 0) {
      String name = message.substring(0, colon);
      String rest = message.substring(colon + 2);
      String own = path.replaceFirst("\\[[0-9]+]$", "");
      if (own.equals(name) || own.endsWith("." + name)) {
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
}
