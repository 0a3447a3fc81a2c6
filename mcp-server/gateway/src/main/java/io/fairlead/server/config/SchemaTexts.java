package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Says in the words of the configuration what the schema's validator found: the value, then what
 * was expected, taken from the schema itself. Confined to one validation.
 */
final class SchemaTexts {
  private static final Set<String> ALTERNATIVES = Set.of("oneOf", "anyOf");
  private static final int LONGEST_VALUE = 80;

  /** Lets the word of a choice come before those of its alternatives, which it makes needless. */
  static final Comparator<Error> ALTERNATIVES_FIRST =
      Comparator.comparing(error -> !ALTERNATIVES.contains(error.getKeyword()));

  private final JsonNode document;
  private final List<String> settled = new ArrayList<>();

  SchemaTexts(JsonNode document) {
    this.document = document;
  }

  /** Adds what an error means. */
  void report(Error error, Problems problems) {
    String evaluation = error.getEvaluationPath().toString();
    if (settled.stream().anyMatch(evaluation::startsWith)) {
      return;
    }
    String keyword = Objects.requireNonNullElse(error.getKeyword(), "");
    if (ALTERNATIVES.contains(keyword)) {
      settled.add(evaluation + "/");
    }
    String path = path(error.getInstanceLocation());
    String property = Objects.requireNonNullElse(error.getProperty(), "");
    JsonNode schema = around(error.getSchemaLocation().toString());
    switch (keyword) {
      case "required" ->
          problems.atValue(
              KeyPath.key(path, property),
              "missing (expected: " + describe(property(schema, property), "a value") + ")");
      case "additionalProperties", "unevaluatedProperties" ->
          problems.atKey(KeyPath.key(path, property), unknownKey(property, schema));
      default -> problems.atValue(path, text(error, keyword, schema));
    }
  }

  private String text(Error error, String keyword, JsonNode schema) {
    if (error.getSchemaLocation().toString().startsWith(KnownTypes.SECRET)) {
      return keyword.equals("type")
          ? "a secret in plain text (expected: {env: NAME} or {file: PATH})"
          : "not a reference to a secret (expected: {env: NAME} or {file: PATH})";
    }
    return shown(error.getInstanceNode()) + " (expected: " + expected(keyword, schema) + ")";
  }

  private String expected(String keyword, JsonNode schema) {
    String plain =
        switch (keyword) {
          case "enum" -> "one of " + list(schema.path("enum"));
          case "const" -> schema.path("const").asText();
          case "type" -> typeName(schema);
          case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> range(schema);
          case "minLength" -> "a longer text";
          case "minItems" -> "at least " + schema.path("minItems").asText();
          case "uniqueItems" -> "each value once";
          case "pattern" ->
              describe(schema, "a text that matches " + schema.path("pattern").asText());
          default -> describe(schema, keyword + " " + schema.path(keyword));
        };
    return isOwn(schema) && !keyword.equals("enum") ? describe(schema, plain) : plain;
  }

  // The descriptions of the gateway's own part are written to stand after "expected"; those of
  // adapters need not be, so they only stand in where there is nothing better.
  private boolean isOwn(JsonNode schema) {
    return schema.has("description") && !schema.path("description").asText().endsWith(".");
  }

  private static String describe(JsonNode schema, String otherwise) {
    String description = schema.path("description").asText("");
    return description.isEmpty() ? otherwise : description.replaceFirst("\\.$", "");
  }

  private static String typeName(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? "one of " + list(type) : article(type.asText());
  }

  private static String article(String type) {
    return switch (type) {
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "boolean" -> "true or false";
      case "array" -> "a list";
      case "object" -> "keys and values";
      case "string" -> "a text; quote it if it looks like a number";
      default -> type;
    };
  }

  private static String range(JsonNode schema) {
    JsonNode least = schema.path("minimum");
    JsonNode most = schema.path("maximum");
    if (least.isMissingNode()) {
      return "at most " + most.asText();
    }
    return most.isMissingNode()
        ? "at least " + least.asText()
        : least.asText() + " to " + most.asText();
  }

  private static String unknownKey(String key, JsonNode schema) {
    List<String> known = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(known::add);
    known.sort(Comparator.naturalOrder());
    return "unknown key"
        + Similar.to(key, known).map(other -> " (expected: " + other + "?)").orElse("")
        + (Similar.to(key, known).isPresent()
            ? ""
            : " (expected: one of " + String.join(", ", known) + ")");
  }

  private static String list(JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    return String.join(", ", texts);
  }

  // What stands inside an object or a list may be a secret in the wrong place, so it is not shown.
  private static String shown(JsonNode value) {
    if (value.isObject()) {
      return "keys and values";
    }
    if (value.isArray()) {
      return value.isEmpty() ? "an empty list" : "a list";
    }
    if (value.isNull()) {
      return "nothing";
    }
    String text = value.isTextual() ? value.asText() : value.toString();
    if (text.isEmpty()) {
      return "''";
    }
    return text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "..." : text;
  }

  private static String path(NodePath location) {
    String path = KeyPath.ROOT;
    for (int i = 0; i < location.getNameCount(); i++) {
      Object element = location.getElement(i);
      path =
          element instanceof Integer index
              ? KeyPath.item(path, index)
              : KeyPath.key(path, String.valueOf(element));
    }
    return path;
  }

  /** The schema object that holds the keyword at a location such as {@code ID#/a/b/keyword}. */
  private JsonNode around(String location) {
    int hash = location.indexOf('#');
    String pointer = location.substring(hash + 1);
    return root(location.substring(0, hash))
        .at(pointer.substring(0, Math.max(0, pointer.lastIndexOf('/'))));
  }

  private JsonNode root(String id) {
    if (id.equals(ConfigSchema.ID)) {
      return document;
    }
    for (JsonNode definition : document.path("$defs")) {
      if (definition.path("$id").asText().equals(id)) {
        return definition;
      }
    }
    return MissingNode.getInstance();
  }

  private JsonNode property(JsonNode schema, String key) {
    JsonNode property = schema.path("properties").path(key);
    String reference = property.path("$ref").asText("");
    if (property.has("description") || reference.isEmpty()) {
      return property;
    }
    return reference.startsWith("#")
        ? document.at(reference.substring(1))
        : around(reference + "/$ref");
  }
}
