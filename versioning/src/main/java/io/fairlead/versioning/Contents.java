package io.fairlead.versioning;

import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A checksum over the set of all that a store holds: how many resources and notes, and the sum of
 * their digests. Immutable.
 *
 * <p>The checksum of a row tells whether the row is what was written; it cannot tell that a row is
 * not there any more, or is an older state of itself. A store that lacks half of its rows would
 * have istiod delete half of the mesh at the next start, so the set has a checksum of its own. A
 * sum does not depend on the order and is carried on with each commit at the cost of what changed.
 *
 * @param resources number of resources
 * @param resourceSum sum of their digests, modulo 2^64
 * @param notes number of notes
 * @param noteSum sum of their digests, modulo 2^64
 */
record Contents(long resources, long resourceSum, long notes, long noteSum) {
  private static final String SEPARATOR = "\n";

  /** The checksum of an empty store. */
  static final Contents NONE = new Contents(0, 0, 0, 0);

  /** Returns the checksum of a whole state. */
  static Contents of(Collection<Resource> resources, Map<String, String> notes) {
    long resourceSum = 0;
    for (Resource resource : resources) {
      resourceSum += digest(resource);
    }
    long noteSum = 0;
    for (Map.Entry<String, String> note : notes.entrySet()) {
      noteSum += digest(note.getKey(), note.getValue());
    }
    return new Contents(resources.size(), resourceSum, notes.size(), noteSum);
  }

  /** Returns the checksum of the union of two states without a common resource or note. */
  Contents and(Contents other) {
    return new Contents(
        resources + other.resources,
        resourceSum + other.resourceSum,
        notes + other.notes,
        noteSum + other.noteSum);
  }

  private Contents without(Contents part) {
    return new Contents(
        resources - part.resources,
        resourceSum - part.resourceSum,
        notes - part.notes,
        noteSum - part.noteSum);
  }

  /**
   * Returns the checksum of the state after changes.
   *
   * @param resourceBefore the resource of a key before them; null if there was none
   * @param noteBefore the value of a note before them; null if there was none
   */
  Contents after(
      ChangeSet changes,
      Function<ResourceKey, @Nullable Resource> resourceBefore,
      Function<String, @Nullable String> noteBefore) {
    Contents sum = this;
    for (Resource put : changes.puts()) {
      sum = sum.without(of(resourceBefore.apply(put.key()))).and(of(put));
    }
    for (ResourceKey key : changes.removals()) {
      sum = sum.without(of(resourceBefore.apply(key)));
    }
    for (Map.Entry<String, String> note : changes.notes().entrySet()) {
      String key = note.getKey();
      sum = sum.without(of(key, noteBefore.apply(key))).and(of(key, note.getValue()));
    }
    for (String key : changes.droppedNotes()) {
      sum = sum.without(of(key, noteBefore.apply(key)));
    }
    return sum;
  }

  private static Contents of(@Nullable Resource resource) {
    return resource == null ? NONE : new Contents(1, digest(resource), 0, 0);
  }

  private static Contents of(String key, @Nullable String value) {
    return value == null ? NONE : new Contents(0, 0, 1, digest(key, value));
  }

  // The version is a digest of the content; the revisions are not part of it. The origin is left
  // out: it is not served, a row that was exchanged for one with another origin has it from a state
  // in which it was right, and rows of older releases, which have none, keep their checksum.
  private static long digest(Resource resource) {
    ResourceType type = resource.key().type();
    return Digest.spread(
        String.join(
            SEPARATOR,
            type.group(),
            type.kind(),
            resource.key().name(),
            resource.version(),
            String.join(SEPARATOR, new TreeSet<>(resource.revisions()))));
  }

  private static long digest(String key, String value) {
    return Digest.spread(key.length() + SEPARATOR + key + SEPARATOR + value);
  }

  /** Returns the text that is written into a file. */
  String toText() {
    return "%d %016x %d %016x".formatted(resources, resourceSum, notes, noteSum);
  }
}
