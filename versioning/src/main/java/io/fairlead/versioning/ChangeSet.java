package io.fairlead.versioning;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes that become visible together. A key is at most once in it.
 *
 * @param puts resources, new or changed; those whose content the store has already are passed over
 * @param removals resources that go; unknown ones are passed over
 * @param notes small facts kept with the resources for whoever commits, such as which virtual IP a
 *     host has; never served as such
 * @param droppedNotes keys of notes that go
 */
public record ChangeSet(
    List<Resource> puts,
    List<ResourceKey> removals,
    Map<String, String> notes,
    Set<String> droppedNotes) {
  /** A set without changes. */
  public static final ChangeSet NONE = new ChangeSet(List.of(), List.of(), Map.of(), Set.of());

  public ChangeSet {
    puts = List.copyOf(puts);
    removals = List.copyOf(removals);
    notes = Map.copyOf(notes);
    droppedNotes = Set.copyOf(droppedNotes);
  }

  /** Changes of resources only. */
  public static ChangeSet of(List<Resource> puts, List<ResourceKey> removals) {
    return new ChangeSet(puts, removals, Map.of(), Set.of());
  }

  /** Returns these changes followed by later ones: of the same key, the later change counts. */
  public ChangeSet then(ChangeSet later) {
    if (isEmpty()) {
      return later;
    }
    if (later.isEmpty()) {
      return this;
    }
    MergedChanges merged = new MergedChanges();
    merged.add(this);
    merged.add(later);
    return merged.toChangeSet();
  }

  /** Whether it has no changes. */
  public boolean isEmpty() {
    return puts.isEmpty() && removals.isEmpty() && notes.isEmpty() && droppedNotes.isEmpty();
  }
}
