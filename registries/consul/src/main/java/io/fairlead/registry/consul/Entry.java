package io.fairlead.registry.consul;

import io.fairlead.registry.Backoff;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One name of the catalog and what is known of it. Owned by the loop. */
final class Entry {
  /** The folded name. */
  final String key;

  final Backoff backoff;
  ServiceId id;

  /** What the sink knows, or will know with the next whole view. */
  Optional<Service> known = Optional.empty();

  /** Consul's index of the newest answer. */
  long index;

  /** Whether it was read since the present whole read began. */
  boolean read;

  /** Whether the newest catalog lacks it. */
  boolean gone;

  /** Whether an answer without instances waits to be confirmed. */
  boolean confirming;

  /** Whether it is no longer mirrored; answers that still come are dropped. */
  boolean forgotten;

  /** How many reads failed in a row. */
  int failures;

  /** When its content last changed; monotonic nanoseconds. */
  long changedAt;

  Optional<BlockingQuery<ServiceHealth>> watch = Optional.empty();

  Entry(String key, ServiceId id, Backoff backoff, long now) {
    this.key = key;
    this.id = id;
    this.backoff = backoff;
    this.changedAt = now;
  }

  /** Its name as a part of the registry that can fail alone. */
  String part() {
    return "service " + key;
  }

  /** The service that an answer tells of. */
  Service service(ServiceHealth health, String datacenter) {
    return new Service(
        id, Map.of("datacenter", datacenter), Map.of(), health.tags(), health.instances());
  }

  /** A service under the present id. */
  Service renamed(Service old) {
    return new Service(id, old.variables(), old.metadata(), old.tags(), old.instances());
  }

  boolean hasInstances() {
    return known.isPresent() && !known.get().instances().isEmpty();
  }

  /** Whether the new state lacks an instance that the known one has. */
  boolean loses(Service next) {
    if (known.isEmpty()) {
      return false;
    }
    Set<String> ids = new HashSet<>();
    next.instances().forEach(instance -> ids.add(instance.id()));
    return known.get().instances().stream().map(Instance::id).anyMatch(id -> !ids.contains(id));
  }

  /** Whether it has an instance on a node. */
  boolean runsOn(String node) {
    String prefix = node + "/";
    return known.stream()
        .flatMap(service -> service.instances().stream())
        .anyMatch(instance -> instance.id().startsWith(prefix));
  }
}
