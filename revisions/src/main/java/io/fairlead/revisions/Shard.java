package io.fairlead.revisions;

import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.Set;
import java.util.TreeSet;

/**
 * One of {@code count} even shares of the names, by digest: a range of the parts that a snapshot
 * spreads its resources over. The share of a name depends on the name and the count alone, so it is
 * the same on every replica and after every restart; another count moves names between shares.
 *
 * @param index which share, from 0
 * @param count how many there are, 1 to {@link Snapshot#PARTS}
 * @param spread the types that are spread; resources of every other type are in the first share
 *     only, since they are few
 */
public record Shard(int index, int count, Set<ResourceType> spread) {
  /** The shard that holds everything. */
  public static final Shard WHOLE = new Shard(0, 1, Set.of());

  public Shard {
    spread = Set.copyOf(spread);
    if (count < 1 || count > Snapshot.PARTS) {
      throw new IllegalArgumentException(
          "count: " + count + " (expected: 1 to " + Snapshot.PARTS + ")");
    }
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "index: " + index + " (expected: 0 to " + (count - 1) + ")");
    }
  }

  /** Whether a resource is in this share. */
  public boolean contains(ResourceKey key) {
    int part = Snapshot.partOf(key.name());
    return part >= fromPart(key.type()) && part < toPart(key.type());
  }

  /**
   * Whether anything in this share may differ between two snapshots. Costs a look at the share's
   * parts of the types that differ at all, not at their resources.
   */
  public boolean isTouched(Snapshot before, Snapshot now) {
    Set<ResourceType> types = new TreeSet<>(before.types());
    types.addAll(now.types());
    boolean[] touched = {false};
    for (ResourceType type : types) {
      now.forEachDifference(
          before, type, fromPart(type), toPart(type), (older, newer) -> touched[0] = true);
    }
    return touched[0];
  }

  /** Returns the first part of a type that is in this share. */
  int fromPart(ResourceType type) {
    return spread.contains(type) ? bound(index) : 0;
  }

  /** Returns the part behind the last one of a type that is in this share. */
  int toPart(ResourceType type) {
    if (spread.contains(type)) {
      return bound(index + 1);
    }
    return index == 0 ? Snapshot.PARTS : 0;
  }

  private int bound(int share) {
    return (int) ((long) share * Snapshot.PARTS / count);
  }
}
