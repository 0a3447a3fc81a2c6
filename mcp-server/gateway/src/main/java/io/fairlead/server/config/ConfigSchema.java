package io.fairlead.server.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.ConfigurationKey.Shape;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import io.fairlead.common.TextValues;
import io.fairlead.registry.Secret;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON Schema (draft 2020-12) of the configuration, for editors and charts, made from the
 * descriptions of the keys. It has an identifier, to which its references are relative, so it may
 * stand inside another schema, such as that of a chart's values; editors find them, too, without
 * asking the network. Immutable.
 *
 * <p>Each registry type is a flat object of the shared keys and its own.
 */
public final class ConfigSchema {
  private static final String ID = "https://fairlead.io/schema/configuration";
  private static final String DEFINITIONS = "#/$defs/";

  private final ObjectNode document = JsonNodeFactory.instance.objectNode();
  private final ObjectNode definitions = JsonNodeFactory.instance.objectNode();

  /** Creates the schema for the installed types. */
  public ConfigSchema(AdapterTypes types) {
    document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.put("$id", ID).put("title", "Fairlead configuration");
    object(document, KeyedRecord.of(GatewayConfig.class));
    document.set("$defs", definitions);
    definitions
        .putObject("duration")
        .put("type", "string")
        .put("pattern", "^[0-9]{1,12}(ms|s|m|h)$");
    ObjectNode secret = definitions.putObject("secret").put("type", "object");
    secret.put("minProperties", 1).put("maxProperties", 1).put("additionalProperties", false);
    for (String key : List.of("env", "file")) {
      secret
          .withObjectProperty("properties")
          .putObject(key)
          .put("type", "string")
          .put("minLength", 1);
    }
    Map<String, KeyedRecord<?>> registries = new LinkedHashMap<>();
    types
        .byName()
        .forEach((type, made) -> registries.put(type, KeyedRecord.of(made.configurationType())));
    typed("registry", KeyedRecord.of(RegistryConfig.Shared.class), registries);
    Map<String, KeyedRecord<?>> configs = new LinkedHashMap<>();
    types
        .configSources()
        .forEach((type, made) -> configs.put(type, KeyedRecord.of(made.configurationType())));
    typed("config", KeyedRecord.of(ConfigSourceConfig.Shared.class), configs);
  }

  /** Defines an element of a list whose type decides what keys it has besides the shared ones. */
  private void typed(String element, KeyedRecord<?> shared, Map<String, KeyedRecord<?>> ownKeys) {
    object(definitions.putObject(element), shared);
    ObjectNode any = definitions.putObject(any(element)).put("type", "object");
    any.putArray("required").add("name").add("type");
    ArrayNode names = any.putObject("properties").putObject("type").putArray("enum");
    ArrayNode branches = any.putArray("allOf");
    ownKeys.forEach(
        (type, keys) -> {
          String name = element + "-" + type;
          ObjectNode own = definitions.putObject(name);
          object(own, keys);
          ObjectNode properties = own.withObjectProperty("properties");
          for (String key : shared.names()) {
            properties.putObject(key).put("$ref", DEFINITIONS + element + "/properties/" + key);
          }
          names.add(type);
          ObjectNode branch = branches.addObject();
          ObjectNode condition = branch.putObject("if");
          condition.putArray("required").add("type");
          condition.putObject("properties").putObject("type").put("const", type);
          branch.putObject("then").put("$ref", DEFINITIONS + name);
        });
  }

  private static String any(String element) {
    return "any" + Character.toUpperCase(element.charAt(0)) + element.substring(1);
  }

  /** Returns the schema as JSON. */
  public String text() {
    return document.toPrettyString();
  }

  private void object(ObjectNode schema, KeyedRecord<?> type) {
    if (!schema.has("type")) {
      schema.put("type", "object");
    }
    ObjectNode properties = schema.put("additionalProperties", false).putObject("properties");
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    for (ConfigurationKey key : type.keys()) {
      if (key.isPrefix()) {
        String pattern = "^" + key.name().replace(".", "\\.") + ".+$";
        below(schema.withObjectProperty("patternProperties").putObject(pattern), key);
      } else {
        property(properties.putObject(key.name()), key);
      }
      if (key.isRequired()) {
        required.add(key.name());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
  }

  // Of the keys that begin with a prefix, each has a value of its own.
  private void below(ObjectNode schema, ConfigurationKey key) {
    describe(schema, key);
    if (key.hasLists()) {
      list(schema, key);
    } else {
      value(schema, key);
    }
  }

  private static void describe(ObjectNode schema, ConfigurationKey key) {
    if (!key.description().isEmpty()) {
      schema.put("description", key.description());
    }
  }

  private void list(ObjectNode schema, ConfigurationKey key) {
    ObjectNode list = key.isSingleAllowed() ? schema.putArray("oneOf").addObject() : schema;
    value(list.put("type", "array").put("uniqueItems", true).putObject("items"), key);
    if (!key.mayBeEmpty()) {
      list.put("minItems", 1);
    }
    if (key.isSingleAllowed()) {
      value(schema.withArrayProperty("oneOf").addObject(), key);
    }
  }

  private void property(ObjectNode schema, ConfigurationKey key) {
    describe(schema, key);
    if (key.shape() == Shape.SINGLE) {
      value(schema, key);
    } else if (key.shape() == Shape.MAP) {
      value(schema.put("type", "object").putObject("additionalProperties"), key);
    } else {
      list(schema, key);
    }
    key.defaultTexts().ifPresent(texts -> putDefault(schema, key, texts));
  }

  private static void putDefault(ObjectNode schema, ConfigurationKey key, List<String> texts) {
    if (key.shape() == Shape.LIST) {
      ArrayNode list = schema.putArray("default");
      texts.forEach(list::add);
    } else if (isNumber(key.valueType())) {
      schema.put("default", new BigDecimal(texts.get(0)));
    } else if (isBoolean(key.valueType())) {
      schema.put("default", Boolean.parseBoolean(texts.get(0)));
    } else {
      schema.put("default", texts.get(0));
    }
  }

  // A record with a name of its own is defined once: it may have itself as a key.
  private void named(String name, KeyedRecord<?> type) {
    if (!definitions.has(name)) {
      object(definitions.putObject(name), type);
    }
  }

  private void value(ObjectNode schema, ConfigurationKey key) {
    Class<?> type = key.valueType();
    Optional<KeyedRecord<?>> record = KeyedRecord.in(type);
    if (type == RegistryConfig.class) {
      schema.put("$ref", DEFINITIONS + any("registry"));
    } else if (type == ConfigSourceConfig.class) {
      schema.put("$ref", DEFINITIONS + any("config"));
    } else if (type == Duration.class || type == Secret.class) {
      schema.put("$ref", DEFINITIONS + (type == Duration.class ? "duration" : "secret"));
    } else if (record.isPresent() && !nameOf(type).isEmpty()) {
      schema.put("$ref", DEFINITIONS + nameOf(type));
      named(nameOf(type), record.get());
    } else if (record.isPresent()) {
      if (!type.isRecord()) {
        schema.putArray("type").add("object").add("string");
        putText(schema, key);
      }
      object(schema, record.get());
    } else if (type.isEnum()) {
      TextValues.words(type).forEach(schema.withArrayProperty("enum")::add);
    } else if (isBoolean(type)) {
      schema.put("type", "boolean");
    } else if (isNumber(type)) {
      boolean whole = type != double.class && type != Double.class;
      schema.put("type", whole ? "integer" : "number");
      putRange(schema, key);
    } else if (TextValues.isParsed(type) && !key.max().isEmpty()) {
      schema.putArray("type").add("integer").add("string");
      putText(schema, key);
      putRange(schema, key);
    } else {
      schema.put("type", "string");
      putText(schema, key);
      if (type == Path.class || !key.min().isEmpty()) {
        schema.put("minLength", key.min().isEmpty() ? 1 : Integer.parseInt(key.min()));
      }
    }
  }

  private static String nameOf(Class<?> type) {
    Key key = type.getAnnotation(Key.class);
    return key == null ? "" : key.name();
  }

  private static void putText(ObjectNode schema, ConfigurationKey key) {
    if (!key.pattern().isEmpty()) {
      schema.put("pattern", key.pattern());
    }
  }

  private static void putRange(ObjectNode schema, ConfigurationKey key) {
    if (!key.min().isEmpty()) {
      schema.put("minimum", new BigDecimal(key.min()));
    }
    if (!key.max().isEmpty()) {
      schema.put("maximum", new BigDecimal(key.max()));
    }
  }

  private static boolean isBoolean(Class<?> type) {
    return type == boolean.class || type == Boolean.class;
  }

  private static boolean isNumber(Class<?> type) {
    return List.of(int.class, long.class, double.class, Integer.class, Long.class, Double.class)
        .contains(type);
  }
}
