package io.fairlead.istio;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that is declared of some messages and of whatever they refer to, as comparable text.
 *
 * <p>One fact for each message, field, oneof, enum and enum value, keyed by its full name. A fact
 * says everything that the binary or the JSON form depends on; comments and options without effect
 * on them (generated package names, annotations for validation) are not part of it.
 */
record Schema(SortedMap<String, String> facts) {
  /** Copies the facts. */
  Schema {
    facts = new TreeMap<>(facts);
  }

  /** The schema of these messages, the types of their fields, the types of those and so on. */
  static Schema reachableFrom(Collection<Descriptor> roots) {
    SortedMap<String, String> facts = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    Deque<Descriptor> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      Descriptor message = open.remove();
      if (!seen.add(message.getFullName())) {
        continue;
      }
      facts.put(message.getFullName(), describe(message));
      open.addAll(message.getNestedTypes());
      message.getEnumTypes().forEach(type -> put(type, facts));
      for (OneofDescriptor oneof : message.getRealOneofs()) {
        facts.put(oneof.getFullName(), "oneof");
      }
      for (FieldDescriptor field : message.getFields()) {
        facts.put(field.getFullName(), describe(field));
        switch (field.getJavaType()) {
          case MESSAGE -> open.add(field.getMessageType());
          case ENUM -> put(field.getEnumType(), facts);
          default -> {}
        }
      }
    }
    return new Schema(facts);
  }

  private static void put(EnumDescriptor type, Map<String, String> facts) {
    facts.put(
        type.getFullName(),
        "%s enum in %s"
            .formatted(type.isClosed() ? "closed" : "open", type.getFile().getFullName()));
    for (EnumValueDescriptor value : type.getValues()) {
      // Not the full name: a value's scope is the one around its enum.
      facts.put(type.getFullName() + "." + value.getName(), "value " + value.getNumber());
    }
  }

  private static String describe(Descriptor message) {
    return "%s in %s"
        .formatted(
            message.getOptions().getMapEntry() ? "map entry" : "message",
            message.getFile().getFullName());
  }

  private static String describe(FieldDescriptor field) {
    StringBuilder fact = new StringBuilder("field ").append(field.getNumber()).append(':');
    if (field.isMapField()) {
      fact.append(" map");
    } else if (field.isRepeated()) {
      fact.append(" repeated");
    }
    if (field.isRequired()) {
      fact.append(" required");
    }
    if (field.isPacked()) {
      fact.append(" packed");
    }
    fact.append(' ').append(field.getType());
    switch (field.getJavaType()) {
      case MESSAGE -> fact.append(' ').append(field.getMessageType().getFullName());
      case ENUM -> fact.append(' ').append(field.getEnumType().getFullName());
      default -> {}
    }
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof != null) {
      fact.append(", oneof ").append(oneof.getName());
    }
    fact.append(field.hasPresence() ? ", explicit presence" : ", no presence");
    fact.append(", JSON ").append(field.getJsonName());
    return fact.toString();
  }

  /**
   * What differs, a line for each name in the order of names; empty when the schemas are equal.
   *
   * @param istio what is to be matched
   */
  List<String> differencesTo(Schema istio) {
    SortedSet<String> names = new TreeSet<>(facts.keySet());
    names.addAll(istio.facts.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(facts.get(name), istio.facts.get(name)))
        .map(
            name ->
                "%s: %s (expected: %s)"
                    .formatted(
                        name,
                        facts.getOrDefault(name, "not declared"),
                        istio.facts.getOrDefault(name, "not declared")))
        .toList();
  }
}
