package io.fairlead.revisions;

import io.fairlead.versioning.Resource;
import java.util.List;

/**
 * The difference between two views of one type.
 *
 * @param changed resources that are new, or whose version is, by part and name
 * @param removed names of resources that are not seen any more
 */
public record Difference(List<Resource> changed, List<String> removed) {
  public Difference {
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /** Whether the two views show the same. */
  public boolean isEmpty() {
    return changed.isEmpty() && removed.isEmpty();
  }
}
