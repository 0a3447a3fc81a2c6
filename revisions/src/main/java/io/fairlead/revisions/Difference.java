package io.fairlead.revisions;

import io.fairlead.versioning.Resource;
import java.util.List;
import java.util.Set;

/**
 * What leads from one view to another, for one type.
 *
 * @param changed resources that are new, or whose version is, by part and name
 * @param removed names of resources that are not seen any more
 */
public record Difference(List<Resource> changed, List<String> removed) {
  public Difference {
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /** The part of it that concerns some names. */
  public Difference of(Set<String> names) {
    return new Difference(
        changed.stream().filter(resource -> names.contains(resource.key().name())).toList(),
        removed.stream().filter(names::contains).toList());
  }

  /** Whether the two views show the same. */
  public boolean isEmpty() {
    return changed.isEmpty() && removed.isEmpty();
  }
}
