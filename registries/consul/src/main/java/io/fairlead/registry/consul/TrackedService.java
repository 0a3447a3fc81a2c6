package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import io.fairlead.registry.Instance;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.RetainedInstances;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The state of one name of the catalog. Owned by the loop; {@link #known()} is for any thread. */
final class TrackedService {
  /** The folded name. */
  final String key;

  final Backoff backoff;
  final ServiceId id;

  // The state that the sink has, or will have with the next whole view.
  private volatile Optional<PackedService> known = Optional.empty();

  /** The newest answer, while {@link #known()} has instances that it lacks. */
  Optional<Service> newest = Optional.empty();

  /**
   * Since when answers have lacked known instances; monotonic nanoseconds, empty if none lacks any.
   */
  OptionalLong retainedSince = OptionalLong.empty();

  /** The number of known instances that the newest answer lacks. */
  int missing;

  /** The {@code X-Consul-Index} of the newest answer. */
  long index;

  /** Whether it was read since the present whole read began. */
  boolean read;

  /** Whether the newest catalog lacks it. */
  boolean gone;

  /** Whether an answer without instances waits to be confirmed. */
  boolean confirming;

  /** Whether it is no longer mirrored; late answers are ignored. */
  boolean forgotten;

  /** Whether the newest answer had nothing but proxies or gateways, which are left out. */
  boolean ofOthers;

  /** The number of reads that failed in a row. */
  int failures;

  /** The time of the last change of its content; monotonic nanoseconds. */
  long changedAt;

  Optional<BlockingQuery<ServiceHealth>> watch = Optional.empty();

  TrackedService(String key, ServiceId id, Backoff backoff, long now) {
    this.key = key;
    this.id = id;
    this.backoff = backoff;
    this.changedAt = now;
  }

  /** Returns its name as a part of the registry that can fail alone; see {@link Staleness}. */
  String part() {
    return "service " + key;
  }

  /** Returns the service that an answer describes. */
  Service service(ServiceHealth health, String datacenter) {
    return new Service(
        id,
        Map.of("datacenter", datacenter),
        Map.of(),
        List.of(),
        health.instances(),
        health.creationIndex());
  }

  /** Returns what the sink knows, or will know with the next whole view. */
  Optional<Service> known() {
    return known.map(PackedService::unpack);
  }

  /** Remembers what the sink knows. */
  void know(Service service) {
    known = Optional.of(PackedService.of(service));
  }

  /** Remembers that the sink knows nothing. */
  void knowNothing() {
    known = Optional.empty();
  }

  /** Whether the sink knows this very state. */
  boolean knows(Service service) {
    return known.equals(Optional.of(PackedService.of(service)));
  }

  boolean hasInstances() {
    return known.map(PackedService::hasInstances).orElse(false);
  }

  /** Whether the new state lacks an instance that the known one has. */
  boolean loses(Service next) {
    return !missingIn(next).isEmpty();
  }

  /** Whether an instance that was known at the last index was created again after it. */
  boolean wasCreatedAnew(ServiceHealth health) {
    return instances().anyMatch(one -> health.created().getOrDefault(one.id(), 0L) > index);
  }

  private List<Instance> missingIn(Service next) {
    Set<String> ids = next.instances().stream().map(Instance::id).collect(Collectors.toSet());
    return instances().filter(one -> !ids.contains(one.id())).toList();
  }

  /**
   * Records which known instances a newer state lacks.
   *
   * @param keeps whether instances that it lacks are retained
   * @return the newer state, with those instances if they are retained
   */
  Service retainMissing(Service next, long now, boolean keeps) {
    List<Instance> missing = missingIn(next);
    if (missing.isEmpty() || !keeps && !next.instances().isEmpty()) {
      clearMissing();
      return next;
    }
    retainedSince = retainedSince.isEmpty() ? OptionalLong.of(now) : retainedSince;
    this.missing = missing.size();
    newest = Optional.of(next);
    if (!keeps) {
      // An answer without any instance has to be confirmed first.
      return next;
    }
    return RetainedInstances.with(known().orElseThrow(), next, missing);
  }

  /** Clears the record: nothing is missing any more, or nothing is to be retained. */
  void clearMissing() {
    retainedSince = OptionalLong.empty();
    missing = 0;
    newest = Optional.empty();
  }

  /** Whether it has an instance on one of the nodes, whose names are folded. */
  boolean runsOn(Set<String> nodes) {
    return !nodes.isEmpty()
        && instances()
            .anyMatch(one -> nodes.stream().anyMatch(node -> one.id().startsWith(node + "/")));
  }

  /** Returns the folded name of the node of each known instance. */
  List<String> nodes() {
    return instances().map(one -> one.id().substring(0, one.id().indexOf('/'))).toList();
  }

  private Stream<Instance> instances() {
    return known().stream().flatMap(service -> service.instances().stream());
  }
}
