package io.fairlead.configs.validation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The names under which the fields of a message are written: as in JSON, or as in its schema. */
final class FieldNames {
  private static final Map<Descriptor, FieldNames> KNOWN = new ConcurrentHashMap<>();

  private final Map<String, FieldDescriptor> fields = new HashMap<>();
  private final List<String> names;

  private FieldNames(Descriptor message) {
    for (FieldDescriptor field : message.getFields()) {
      fields.put(field.getName(), field);
      fields.put(field.getJsonName(), field);
    }
    this.names = message.getFields().stream().map(FieldDescriptor::getJsonName).sorted().toList();
  }

  static FieldNames of(Descriptor message) {
    return KNOWN.computeIfAbsent(message, FieldNames::new);
  }

  Optional<FieldDescriptor> field(String name) {
    @Nullable FieldDescriptor field = fields.get(name);
    return Optional.ofNullable(field);
  }

  /** Returns all names as in JSON, sorted. */
  List<String> names() {
    return names;
  }

  /** Returns the JSON name of a field of this name in a schema. */
  static String camelCase(String name) {
    if (name.indexOf('_') < 0) {
      return name;
    }
    StringBuilder camel = new StringBuilder();
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_') {
        upper = true;
      } else {
        camel.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return camel.toString();
  }
}
