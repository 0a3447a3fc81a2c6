package io.fairlead.registry.consul;

import io.fairlead.registry.Instance;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The instances of one name as Consul reports them.
 *
 * @param instances ordered by id, proxies and gateways left out
 * @param datacenter the datacenter they are in; empty if there are none
 * @param created Consul's CreateIndex of each instance, by its id, where Consul gives one
 * @param holdsOthers whether there are proxies or gateways of that name, which were left out
 */
record ServiceHealth(
    List<Instance> instances, String datacenter, Map<String, Long> created, boolean holdsOthers) {
  /** No instance. */
  static final ServiceHealth NONE = new ServiceHealth(List.of(), "", Map.of(), false);

  ServiceHealth {
    instances = List.copyOf(instances);
    created = Map.copyOf(created);
  }

  boolean isEmpty() {
    return instances.isEmpty();
  }

  /** Returns the CreateIndex of the oldest instance. */
  OptionalLong creationIndex() {
    return created.values().stream().mapToLong(Long::longValue).min();
  }

  /** Whether the name is that of proxies or gateways alone. */
  boolean isOfOthers() {
    return isEmpty() && holdsOthers;
  }
}
