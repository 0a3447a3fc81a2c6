package io.fairlead.aggregation;

import io.fairlead.aggregation.vip.VirtualAddressBook;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SourceState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The registries that the store knows: what it held of each at the start, and the notes by which it
 * knows them after the next one. A note says that a registry had its first sync, so that one
 * without any service counts as known, too. Confined to the commit thread.
 */
final class StoredRegistries {
  private static final String NOTE_PREFIX = "registry/";

  // By label, until a registry of that label takes it over.
  private final Map<String, List<CompactEntry>> entries = new HashMap<>();
  private final Map<String, String> newNotes = new HashMap<>();
  private final Set<String> droppedNotes = new HashSet<>();

  /**
   * Reads what the store held, and puts it into the table as served.
   *
   * @param former what was committed of services
   */
  StoredRegistries(SourceState former, HostTable table) {
    for (String key : former.notes().keySet()) {
      if (key.startsWith(NOTE_PREFIX)) {
        entries.put(key.substring(NOTE_PREFIX.length()), new ArrayList<>());
      }
    }
    ServiceOrigin.Reader origins =
        new ServiceOrigin.Reader(host -> former.notes().get(VirtualAddressBook.noteKey(host)));
    for (Resource resource : former.resources()) {
      ServiceOrigin origin = origins.read(resource);
      CompactEntry entry = CompactEntry.stored(origin, resource);
      if (MergedMembers.isOf(resource)) {
        List<Merge.Part> parts = Merge.partsOf(resource);
        parts.forEach(part -> add(part.registry(), part.entry()));
        table.inherit(entry, parts);
      } else {
        add(origin.registry(), entry);
        table.inherit(origin.registry(), entry);
      }
    }
  }

  private void add(String label, CompactEntry entry) {
    entries.computeIfAbsent(label, l -> new ArrayList<>()).add(entry);
  }

  /** Returns the hosts of what is still to be taken. */
  Set<String> hosts() {
    return entries.values().stream()
        .flatMap(List::stream)
        .map(CompactEntry::host)
        .collect(Collectors.toSet());
  }

  /**
   * Takes out what was served of a registry, perhaps nothing; empty if the store did not know it,
   * or it was taken before.
   */
  Optional<List<CompactEntry>> take(String label) {
    return Optional.ofNullable(entries.remove(label));
  }

  /** Forgets all registries that were not taken, and returns their labels. */
  Set<String> forgetRest() {
    Set<String> labels = new TreeSet<>(entries.keySet());
    entries.clear();
    labels.forEach(this::forget);
    return labels;
  }

  /** Makes a registry known from now on. */
  void synced(String label) {
    droppedNotes.remove(NOTE_PREFIX + label);
    newNotes.put(NOTE_PREFIX + label, "synced");
  }

  /** Makes a registry unknown from now on. */
  void forget(String label) {
    newNotes.remove(NOTE_PREFIX + label);
    droppedNotes.add(NOTE_PREFIX + label);
  }

  /** Notes that are new since they were taken. */
  Map<String, String> newNotes() {
    return newNotes;
  }

  /** Keys of notes that are dropped since they were taken. */
  Set<String> droppedNotes() {
    return droppedNotes;
  }

  /** Records that the notes were taken over. */
  void notesTaken() {
    newNotes.clear();
    droppedNotes.clear();
  }
}
