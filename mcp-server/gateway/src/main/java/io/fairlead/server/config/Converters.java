package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.common.Durations;
import io.fairlead.registry.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How single values are read into the types that records have. Immutable.
 *
 * <p>A converter throws {@link IllegalArgumentException} with "value (expected: ...)".
 */
final class Converters {
  private final Map<Class<?>, Function<JsonNode, Object>> byType = new HashMap<>();

  /** Converters that take relative paths as relative to a folder. */
  Converters(Path folder) {
    byType.put(String.class, Converters::text);
    byType.put(int.class, Converters::number);
    byType.put(Integer.class, Converters::number);
    byType.put(long.class, Converters::longNumber);
    byType.put(Long.class, Converters::longNumber);
    byType.put(double.class, Converters::decimal);
    byType.put(Double.class, Converters::decimal);
    byType.put(boolean.class, Converters::truth);
    byType.put(Boolean.class, Converters::truth);
    byType.put(Duration.class, node -> Durations.parse(text(node)));
    byType.put(URI.class, node -> uri(text(node)));
    byType.put(Path.class, node -> path(folder, text(node)));
    byType.put(Secret.class, node -> secret(folder, node));
    byType.put(HostPort.class, node -> HostPort.parse(text(node)));
    byType.put(PortChoice.class, node -> PortChoice.parse(node.asText()));
    byType.put(VirtualIpRange.class, VirtualIpRange::of);
  }

  /** The converter of a type, or null if it is not a single value. */
  @Nullable Function<JsonNode, Object> find(Class<?> type) {
    return byType.get(type);
  }

  private static String text(JsonNode node) {
    if (!node.isTextual()) {
      throw unexpected(node, "a text; quote it if it looks like a number");
    }
    return node.textValue();
  }

  private static Integer number(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw unexpected(node, "a whole number");
    }
    return node.intValue();
  }

  private static Long longNumber(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw unexpected(node, "a whole number");
    }
    return node.longValue();
  }

  private static Double decimal(JsonNode node) {
    if (!node.isNumber()) {
      throw unexpected(node, "a number");
    }
    return node.doubleValue();
  }

  private static Boolean truth(JsonNode node) {
    if (!node.isBoolean()) {
      throw unexpected(node, "true or false");
    }
    return node.booleanValue();
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(text + " (expected: a URI; " + e.getReason() + ")", e);
    }
  }

  private static Path path(Path folder, String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("'' (expected: a path)");
    }
    try {
      return folder.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(text + " (expected: a path; " + e.getReason() + ")", e);
    }
  }

  // The value is in no message: it may be the secret itself.
  private static Secret secret(Path folder, JsonNode node) {
    if (node.isObject() && node.size() == 1) {
      String env = node.path("env").asText("");
      if (!env.isEmpty()) {
        return new Secret.Env(env);
      }
      String file = node.path("file").asText("");
      if (!file.isEmpty()) {
        return new Secret.InFile(path(folder, file));
      }
    }
    throw new IllegalArgumentException(
        "not a reference to a secret (expected: {env: NAME} or {file: PATH})");
  }

  private static IllegalArgumentException unexpected(JsonNode node, String expected) {
    String shown = node.isContainerNode() ? "keys and values" : node.asText();
    return new IllegalArgumentException(shown + " (expected: " + expected + ")");
  }
}
