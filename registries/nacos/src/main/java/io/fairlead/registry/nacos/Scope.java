package io.fairlead.registry.nacos;

import java.util.List;
import java.util.Set;

/**
 * The part of a Nacos registry that is mirrored.
 *
 * @param all whether every namespace is mirrored
 * @param namespaces the ids of the namespaces, if not all
 * @param groups the groups; empty: every one
 */
record Scope(boolean all, List<String> namespaces, Set<String> groups) {
  Scope {
    namespaces = List.copyOf(namespaces);
    groups = Set.copyOf(groups);
  }

  static Scope of(NacosConfiguration configuration) {
    boolean everyGroup = configuration.groups().contains(NacosConfiguration.EVERY_GROUP);
    return new Scope(
        configuration.all(),
        configuration.namespaces(),
        everyGroup ? Set.of() : Set.copyOf(configuration.groups()));
  }

  /** Whether every group is mirrored. */
  boolean everyGroup() {
    return groups.isEmpty();
  }

  boolean includesGroup(String group) {
    return groups.isEmpty() || groups.contains(group);
  }
}
