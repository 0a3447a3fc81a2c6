package io.fairlead.revisions;

import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as one audience sees it. A resource whose revision changes disappears from the one
 * view and appears in the other, since each view is derived from the snapshot alone.
 *
 * @param snapshot the snapshot that is seen
 * @param audience the audience
 */
public record View(Snapshot snapshot, Audience audience) {
  public View {
    Objects.requireNonNull(snapshot, "snapshot");
    Objects.requireNonNull(audience, "audience");
  }

  /** Returns the {@code version_info} of a response made from this view. */
  public String versionInfo() {
    return snapshot.versionInfo();
  }

  /** Returns everything seen of a type, by part and name: always in the same order. */
  public List<Resource> resources(ResourceType type) {
    return snapshot.resources(
        type, audience.revision(), audience.shard().fromPart(type), audience.shard().toPart(type));
  }

  /** About how many resources of a type there are to see, at once: none is looked at. */
  public int estimate(ResourceType type) {
    int parts = audience.shard().toPart(type) - audience.shard().fromPart(type);
    return (int) ((long) snapshot.size(type) * parts / Snapshot.PARTS);
  }

  /** Returns the resource of that identity if it is seen, else null. */
  public @Nullable Resource find(ResourceKey key) {
    if (!audience.shard().contains(key)) {
      return null;
    }
    Resource found = snapshot.find(key);
    return found != null && found.isVisibleTo(audience.revision()) ? found : null;
  }

  /**
   * Returns the difference to an older view of the same audience. The cost is that of the changes
   * in between, whatever the size of the view.
   */
  public Difference since(View older, ResourceType type) {
    requireSameAudience(older);
    List<Resource> changed = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    snapshot.forEachDifference(
        older.snapshot,
        type,
        audience.shard().fromPart(type),
        audience.shard().toPart(type),
        (before, now) -> merge(before, now, changed, removed));
    return new Difference(changed, removed);
  }

  /**
   * Returns the difference to an older view of the same audience, for these names only. The cost is
   * that of the names, whatever else changed in between.
   */
  public Difference since(View older, ResourceType type, Set<String> names) {
    requireSameAudience(older);
    List<Resource> changed = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    for (String name : new TreeSet<>(names)) {
      if (ResourceKey.isName(name)) {
        ResourceKey key = new ResourceKey(type, name);
        Resource before = older.find(key);
        Resource now = find(key);
        if (now == null) {
          if (before != null) {
            removed.add(name);
          }
        } else if (before == null || !before.version().equals(now.version())) {
          changed.add(now);
        }
      }
    }
    return new Difference(changed, removed);
  }

  /**
   * About how many resources differ between this view and an older one of the same audience. Itself
   * it looks at no resource, only at which parts are not shared.
   */
  public int estimateSince(View older, ResourceType type) {
    requireSameAudience(older);
    int[] differing = {0};
    snapshot.forEachDifference(
        older.snapshot,
        type,
        audience.shard().fromPart(type),
        audience.shard().toPart(type),
        (before, now) -> differing[0]++);
    int all = audience.shard().toPart(type) - audience.shard().fromPart(type);
    int most = Math.max(estimate(type), older.estimate(type));
    if (differing[0] == all) {
      return most;
    }
    // Changes fall on the parts at random: so many leave that share of the parts untouched.
    double changes = -all * Math.log1p(-(double) differing[0] / all);
    return (int) Math.min(most, Math.ceil(changes));
  }

  private void requireSameAudience(View older) {
    if (!older.audience.equals(audience)) {
      throw new IllegalArgumentException(
          "older: of " + older.audience + " (expected: of " + audience + ")");
    }
  }

  // Both lists are sorted by name.
  private void merge(
      List<Resource> before, List<Resource> now, List<Resource> changed, List<String> removed) {
    int old = 0;
    for (Resource resource : now) {
      String name = resource.key().name();
      while (old < before.size() && before.get(old).key().name().compareTo(name) < 0) {
        gone(before.get(old++), removed);
      }
      Resource previous = null;
      if (old < before.size() && before.get(old).key().name().equals(name)) {
        previous = before.get(old++);
      }
      if (!resource.isVisibleTo(audience.revision())) {
        if (previous != null) {
          gone(previous, removed);
        }
      } else if (previous == null
          || !previous.isVisibleTo(audience.revision())
          || !previous.version().equals(resource.version())) {
        changed.add(resource);
      }
    }
    while (old < before.size()) {
      gone(before.get(old++), removed);
    }
  }

  private void gone(Resource resource, List<String> removed) {
    if (resource.isVisibleTo(audience.revision())) {
      removed.add(resource.key().name());
    }
  }
}
