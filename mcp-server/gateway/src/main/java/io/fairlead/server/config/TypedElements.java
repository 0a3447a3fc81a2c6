package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The reading of a list whose elements have a {@code name}, unique in the list, and a {@code type},
 * which decides what other keys they have. Confined to the thread that loads.
 *
 * @param <F> the factory of a type
 * @param <S> the keys that all elements have
 */
final class TypedElements<F, S extends Record> {
  private final Problems problems;
  private final KeyedRecord<S> sharedKeys;
  private final Map<String, F> factories;
  private final Function<F, KeyedRecord<?>> ownKeys;
  private final String unknownType;
  private final Map<String, String> owners = new HashMap<>();

  /** An element whose type is known, and which has the keys that it needs. */
  record Bound<F, S>(F factory, S shared, Record own) {}

  /**
   * A list without elements.
   *
   * @param factories of the types that there are, by name, in the order in which people see them
   * @param unknownType what to say besides of a type that is none of these; may be empty
   */
  TypedElements(
      Problems problems,
      Class<S> shared,
      Map<String, F> factories,
      Function<F, KeyedRecord<?>> ownKeys,
      String unknownType) {
    this.problems = problems;
    this.sharedKeys = KeyedRecord.of(shared);
    this.factories = factories;
    this.ownKeys = ownKeys;
    this.unknownType = unknownType;
  }

  /** Returns the keys that all elements have. */
  KeyedRecord<S> sharedKeys() {
    return sharedKeys;
  }

  /**
   * Reads an element; empty if there was a problem, which is then noted.
   *
   * @param check looks at the type's own keys with their path, also if the shared ones have
   *     problems
   */
  Optional<Bound<F, S>> read(
      RecordBinder binder, JsonNode node, String path, BiConsumer<Record, String> check) {
    Optional<S> shared = binder.bindKnown(node, path, sharedKeys);
    refuseTakenName(node.path("name").asText(""), path);
    String type = node.path("type").asText("");
    F factory = factories.get(type);
    if (factory == null) {
      Collection<String> names = factories.keySet();
      problems.atValue(
          KeyPath.key(path, "type"),
          ConfigurationKey.refusal(type, "one of " + String.join(", ", names)) + unknownType);
      return Optional.empty();
    }
    KeyedRecord<?> keys = ownKeys.apply(factory);
    List<String> known = new ArrayList<>(sharedKeys.names());
    known.addAll(keys.names());
    binder.refuseUnknown(node, path, known);
    Optional<? extends Record> own = binder.bindKnown(node, path, keys);
    own.ifPresent(record -> check.accept(record, path));
    return shared.isEmpty() || own.isEmpty()
        ? Optional.empty()
        : Optional.of(new Bound<>(factory, shared.get(), own.get()));
  }

  private void refuseTakenName(String name, String path) {
    String owner = owners.putIfAbsent(name, path);
    if (owner != null && !name.isEmpty()) {
      problems.atValue(
          KeyPath.key(path, "name"),
          name + " (expected: a name of its own; " + owner + " has this one)");
    }
  }
}
