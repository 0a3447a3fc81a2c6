package io.fairlead.configs.merge;

import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.List;
import java.util.Set;

/**
 * The content of a document, read and checked. Immutable.
 *
 * @param valid resources that an istiod takes, each key once
 * @param invalid keys of resources that it would refuse; none of them is valid as well
 * @param unclear whether there is a part of which nobody can tell what resource it is about, such
 *     as a text that is no YAML
 * @param problems all that is wrong with it
 */
public record DocumentContent(
    List<Resource> valid, Set<ResourceKey> invalid, boolean unclear, List<ConfigProblem> problems) {
  public DocumentContent {
    valid = List.copyOf(valid);
    invalid = Set.copyOf(invalid);
    problems = List.copyOf(problems);
  }

  /** Whether it says a resource as it is to be, or at least nothing that stands in the way. */
  boolean isSaying(ResourceKey key) {
    return !invalid.contains(key)
        && (!unclear || valid.stream().anyMatch(resource -> resource.key().equals(key)));
  }
}
