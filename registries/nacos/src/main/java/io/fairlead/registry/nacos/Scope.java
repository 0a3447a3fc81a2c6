package io.fairlead.registry.nacos;

import java.util.List;
import java.util.Set;

/**
 * What of a Nacos registry is mirrored.
 *
 * @param all every namespace
 * @param namespaces the ids of the namespaces, where not all
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
