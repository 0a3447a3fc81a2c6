package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;

/**
 * Puts the gateway's own definition in place of what a registry type's schema says about values
 * whose form is the same for all types: durations, secrets, TLS files. So they are written, and
 * complained about, in one way, and a secret's value is in no message.
 */
final class KnownTypes {
  private static final Map<Class<?>, String> DEFINITIONS =
      Map.of(
          Duration.class, "duration",
          Secret.class, "secret",
          TlsFiles.class, "tlsFiles");

  private KnownTypes() {}

  /** Where errors of secrets come from. */
  static final String SECRET = ConfigSchema.ID + "#/$defs/secret";

  /** Refines the properties that describe the components of a record. */
  static void refine(Class<?> type, ObjectNode properties) {
    for (RecordComponent component : type.getRecordComponents()) {
      String key = RecordBinder.keyOf(component);
      if (properties.get(key) instanceof ObjectNode property) {
        refineProperty(component.getGenericType(), property);
      }
    }
  }

  private static void refineProperty(Type type, ObjectNode property) {
    if (type instanceof ParameterizedType list
        && list.getRawType() == java.util.List.class
        && property.get("items") instanceof ObjectNode items) {
      refineProperty(list.getActualTypeArguments()[0], items);
    } else if (type instanceof Class<?> plain) {
      String definition = DEFINITIONS.get(plain);
      if (definition != null) {
        refer(property, definition);
      } else if (plain.isRecord() && property.get("properties") instanceof ObjectNode nested) {
        refine(plain, nested);
      }
    }
  }

  private static void refer(ObjectNode property, String definition) {
    JsonNode description = property.get("description");
    JsonNode fallback = property.get("default");
    property.removeAll();
    property.put("$ref", ConfigSchema.ID + "#/$defs/" + definition);
    if (description != null) {
      property.set("description", description);
    }
    if (fallback != null) {
      property.set("default", fallback);
    }
  }
}
