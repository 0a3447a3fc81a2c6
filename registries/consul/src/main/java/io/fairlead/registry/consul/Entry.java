package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** One name of the catalog and what is known of it. Owned by the loop. */
final class Entry {
  /** The folded name. */
  final String key;

  final Backoff backoff;
  final ServiceId id;

  /** What the sink knows, or will know with the next whole view. */
  Optional<Service> known = Optional.empty();

  /** The newest answer, while {@link #known} has instances that it lacks. */
  Optional<Service> newest = Optional.empty();

  /** Since when answers have lacked known instances; monotonic nanoseconds, empty if none does. */
  OptionalLong keptSince = OptionalLong.empty();

  /** How many known instances the newest answer lacks, while there are any. */
  int lost;

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
        id,
        Map.of("datacenter", datacenter),
        Map.of(),
        List.of(),
        health.instances(),
        health.creationIndex());
  }

  boolean hasInstances() {
    return known.isPresent() && !known.get().instances().isEmpty();
  }

  /** Whether the new state lacks an instance that the known one has. */
  boolean loses(Service next) {
    return !lostIn(next).isEmpty();
  }

  /** Whether an instance that was known at the last index was created after it. */
  boolean wasCreatedAnew(ServiceHealth health) {
    return known.isPresent()
        && known.get().instances().stream()
            .anyMatch(one -> health.created().getOrDefault(one.id(), 0L) > index);
  }

  private List<Instance> lostIn(Service next) {
    if (known.isEmpty()) {
      return List.of();
    }
    Set<String> ids = next.instances().stream().map(Instance::id).collect(Collectors.toSet());
    return known.get().instances().stream().filter(one -> !ids.contains(one.id())).toList();
  }

  /**
   * Notes what a newer state lacks.
   *
   * @param keeps whether instances that it lacks are kept
   * @return the newer state, with those instances if they are kept
   */
  Service keepLost(Service next, long now, boolean keeps) {
    List<Instance> missing = lostIn(next);
    if (missing.isEmpty() || !keeps && !next.instances().isEmpty()) {
      dropLost();
      return next;
    }
    keptSince = keptSince.isEmpty() ? OptionalLong.of(now) : keptSince;
    lost = missing.size();
    newest = Optional.of(next);
    if (!keeps) {
      // Not believed yet: an answer without any instance is confirmed first.
      return next;
    }
    List<Instance> all = new ArrayList<>(next.instances());
    all.addAll(missing);
    all.sort(Comparator.comparing(Instance::id));
    Service old = known.orElseThrow();
    return new Service(
        id,
        next.variables(),
        next.metadata(),
        next.instances().isEmpty() ? old.tags() : next.tags(),
        all,
        older(old.creationIndex(), next.creationIndex()));
  }

  private static OptionalLong older(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
  }

  /** Nothing is missing any more, or what is missing is not to be kept. */
  void dropLost() {
    keptSince = OptionalLong.empty();
    lost = 0;
    newest = Optional.empty();
  }

  /** Whether it has an instance on a node, whose name is folded. */
  boolean runsOn(String node) {
    String prefix = node + "/";
    return known.stream()
        .flatMap(service -> service.instances().stream())
        .anyMatch(instance -> instance.id().startsWith(prefix));
  }
}
