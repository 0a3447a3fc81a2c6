package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Set;

/**
 * The part of a Nacos registry that is mirrored.
 *
 * @param all whether every namespace is mirrored
 * @param namespaces the ids of the namespaces, if not all
 * @param groups the groups; empty: every one
 * @param dubbo which registrations of Dubbo are served
 */
record Scope(boolean all, List<String> namespaces, Set<String> groups, DubboRegistrations dubbo) {
  Scope {
    namespaces = List.copyOf(namespaces);
    groups = Set.copyOf(groups);
  }

  static Scope of(NacosConfiguration configuration) {
    boolean everyGroup = configuration.groups().contains(NacosConfiguration.EVERY_GROUP);
    return new Scope(
        configuration.all(),
        configuration.namespaces(),
        everyGroup ? Set.of() : Set.copyOf(configuration.groups()),
        configuration.dubbo());
  }

  /** Whether every group is mirrored. */
  boolean everyGroup() {
    return groups.isEmpty();
  }

  /** Whether a service of a namespace of this scope is mirrored. */
  boolean includes(ServiceId id) {
    return (groups.isEmpty() || groups.contains(id.group())) && dubbo.includes(id);
  }
}
