package io.fairlead.registry.consul;

import io.fairlead.registry.Instance;
import java.util.List;

/**
 * What Consul says about the instances of one name.
 *
 * @param instances ordered by id, proxies and gateways left out
 * @param tags what all of them have
 * @param datacenter where they are; empty if there are none
 */
record ServiceHealth(List<Instance> instances, List<String> tags, String datacenter) {
  /** No instance. */
  static final ServiceHealth NONE = new ServiceHealth(List.of(), List.of(), "");

  ServiceHealth {
    instances = List.copyOf(instances);
    tags = List.copyOf(tags);
  }

  boolean isEmpty() {
    return instances.isEmpty();
  }
}
