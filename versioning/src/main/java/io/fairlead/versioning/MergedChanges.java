package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The changes in the order in which they came, reduced to the last state of each key: bounded by
 * the number of keys, whatever the number of changes. Confined to one thread.
 */
final class MergedChanges {
  // An empty value: the key goes.
  private final Map<ResourceKey, Optional<Resource>> resources = new LinkedHashMap<>();
  private final Map<String, Optional<String>> notes = new HashMap<>();

  /** Adds later changes. */
  void add(ChangeSet later) {
    later.puts().forEach(put -> resources.put(put.key(), Optional.of(put)));
    later.removals().forEach(key -> resources.put(key, Optional.empty()));
    later.droppedNotes().forEach(key -> notes.put(key, Optional.empty()));
    later.notes().forEach((key, value) -> notes.put(key, Optional.of(value)));
  }

  /** Returns the number of resources and notes in it. */
  int size() {
    return resources.size() + notes.size();
  }

  void clear() {
    resources.clear();
    notes.clear();
  }

  ChangeSet toChangeSet() {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    resources.forEach((key, put) -> put.ifPresentOrElse(puts::add, () -> removals.add(key)));
    Map<String, String> kept = new HashMap<>();
    List<String> dropped = new ArrayList<>();
    notes.forEach(
        (key, value) -> value.ifPresentOrElse(text -> kept.put(key, text), () -> dropped.add(key)));
    return new ChangeSet(puts, removals, kept, java.util.Set.copyOf(dropped));
  }
}
