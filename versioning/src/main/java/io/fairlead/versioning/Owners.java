package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owners of all resources and notes: the names of the sources that have put them. They are
 * known after a restart, since each resource has its owner in a note beside it and each note its
 * owner in its key. Only {@link CommitLoop#FIRST_SOURCE} has neither: a store held nothing but its
 * resources before there were other sources, and has nearly nothing else now.
 *
 * <p>A resource is its owner's until that removes it or leaves. What another source puts in its
 * place is refused, since two that wrote one resource in turn would push it in turn.
 *
 * <p>Confined to the commit thread.
 */
final class Owners {
  private static final Logger LOG = LoggerFactory.getLogger(Owners.class);
  private static final String OWNER_PREFIX = "owner/";
  private static final String NOTE_PREFIX = "source/";
  private static final String SEPARATOR = "\n";

  // But for those of the first source.
  private final Map<ResourceKey, String> owners = new HashMap<>();
  // Whoever may have something.
  private final Set<String> names = new HashSet<>(Set.of(CommitLoop.FIRST_SOURCE));

  /** The owners that a store has noted. */
  Owners(Map<String, String> notes) {
    notes.forEach(
        (key, value) -> {
          if (key.startsWith(OWNER_PREFIX)) {
            String[] parts = key.substring(OWNER_PREFIX.length()).split(SEPARATOR, -1);
            ResourceType type = new ResourceType(parts[0], parts[1]);
            owners.put(new ResourceKey(type, parts[2]), value);
            names.add(value);
          } else {
            names.add(ownerOfNote(key));
          }
        });
  }

  private static String noteOf(ResourceKey key) {
    return OWNER_PREFIX + String.join(SEPARATOR, key.type().group(), key.type().kind(), key.name());
  }

  private String ownerOf(ResourceKey key) {
    return owners.getOrDefault(key, CommitLoop.FIRST_SOURCE);
  }

  private static String prefix(String source) {
    return source.equals(CommitLoop.FIRST_SOURCE) ? "" : NOTE_PREFIX + source + "/";
  }

  // Of one that is not itself about an owner.
  private static String ownerOfNote(String key) {
    return key.startsWith(NOTE_PREFIX)
        ? key.substring(NOTE_PREFIX.length(), key.indexOf('/', NOTE_PREFIX.length()))
        : CommitLoop.FIRST_SOURCE;
  }

  /** Returns the state that the parts of sources add up to: what {@link #stateOf} tells apart. */
  static CommitLog.State join(Map<String, SourceState> parts) {
    List<Resource> resources = new ArrayList<>();
    Map<String, String> notes = new HashMap<>();
    parts.forEach(
        (source, part) -> {
          resources.addAll(part.resources());
          part.notes().forEach((key, value) -> notes.put(prefix(source) + key, value));
          if (!source.equals(CommitLoop.FIRST_SOURCE)) {
            part.resources().forEach(resource -> notes.put(noteOf(resource.key()), source));
          }
        });
    return new CommitLog.State(resources, notes, 0);
  }

  /** What a store holds of a source. */
  SourceState stateOf(String source, Snapshot snapshot, Map<String, String> notes) {
    List<Resource> resources = new ArrayList<>();
    for (ResourceType type : snapshot.types()) {
      for (Resource resource : snapshot.resources(type)) {
        if (ownerOf(resource.key()).equals(source)) {
          resources.add(resource);
        }
      }
    }
    if (source.equals(CommitLoop.FIRST_SOURCE) && names.equals(Set.of(source))) {
      return new SourceState(resources, notes);
    }
    Map<String, String> own = new HashMap<>();
    notes.forEach(
        (key, value) -> {
          if (!key.startsWith(OWNER_PREFIX) && ownerOfNote(key).equals(source)) {
            own.put(key.substring(prefix(source).length()), value);
          }
        });
    return new SourceState(resources, own);
  }

  /**
   * Makes what a source has drained its own.
   *
   * @param isPresent whether there is a source of that name
   * @param isServed whether there is a resource of that key
   * @return the changes as the store takes them
   */
  ChangeSet own(
      String source,
      ChangeSet drained,
      Predicate<String> isPresent,
      Predicate<ResourceKey> isServed) {
    names.add(source);
    boolean isFirst = source.equals(CommitLoop.FIRST_SOURCE);
    if (isFirst && owners.isEmpty()) {
      return drained;
    }
    Map<String, String> notes = new HashMap<>();
    drained.notes().forEach((key, value) -> notes.put(prefix(source) + key, value));
    Set<String> dropped = new HashSet<>();
    drained.droppedNotes().forEach(key -> dropped.add(prefix(source) + key));
    List<Resource> puts = new ArrayList<>();
    for (Resource put : drained.puts()) {
      String owner = ownerOf(put.key());
      if (!owner.equals(source) && isPresent.test(owner) && isServed.test(put.key())) {
        LOG.error("source {}: {} belongs to the source {} and stays as it is", source, put, owner);
        continue;
      }
      puts.add(put);
      if (!isFirst) {
        owners.put(put.key(), source);
        notes.put(noteOf(put.key()), source);
      } else if (owners.remove(put.key()) != null) {
        dropped.add(noteOf(put.key()));
      }
    }
    List<ResourceKey> removals = new ArrayList<>();
    for (ResourceKey key : drained.removals()) {
      if (ownerOf(key).equals(source)) {
        removals.add(key);
        if (owners.remove(key) != null) {
          dropped.add(noteOf(key));
        }
      }
    }
    return new ChangeSet(puts, removals, notes, dropped);
  }

  /**
   * Gives up what belongs to sources that are not there.
   *
   * @param pending changes that are to be committed before
   * @return the removal of all that
   */
  ChangeSet dropOrphans(
      Predicate<String> isPresent,
      Snapshot snapshot,
      Supplier<Map<String, String>> notes,
      ChangeSet pending) {
    if (!names.removeIf(name -> !isPresent.test(name))) {
      return ChangeSet.NONE;
    }
    Set<ResourceKey> removals = new LinkedHashSet<>();
    for (ResourceType type : snapshot.types()) {
      snapshot.resources(type).forEach(resource -> removals.add(resource.key()));
    }
    pending.puts().forEach(put -> removals.add(put.key()));
    removals.removeIf(key -> isPresent.test(ownerOf(key)));
    Set<String> dropped = new HashSet<>(notes.get().keySet());
    dropped.addAll(pending.notes().keySet());
    dropped.removeIf(key -> key.startsWith(OWNER_PREFIX) || isPresent.test(ownerOfNote(key)));
    for (ResourceKey key : removals) {
      if (owners.remove(key) != null) {
        dropped.add(noteOf(key));
      }
    }
    return new ChangeSet(List.of(), List.copyOf(removals), Map.of(), dropped);
  }
}
