package io.fairlead.registry.support;

import io.fairlead.registry.Instance;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of one service of a {@link RegistryMirror}. Guarded by the mirror's lock, but that any
 * thread may read what was told.
 */
final class MirroredService {
  final ServiceId id;

  /** The state that the sink has; null if it has none. */
  volatile @Nullable PackedService told;

  /** The newest answer, if it differs from what was told; null if the newest lacks the service. */
  @Nullable PackedService newest;

  /** The absence of the whole service; null while answers have it. */
  @Nullable Absence gone;

  /** The absences of the instances that are kept, by their ids. */
  Map<String, Absence> lost = Map.of();

  /** The number of the latest single answer about it; see {@link RegistryMirror#mark()}. */
  long answered;

  /** When another read was asked for; 0: not since the last answer. */
  long askedAt;

  MirroredService(ServiceId id) {
    this.id = id;
  }

  /** Whether something of it is kept although the newest answer lacks it. */
  boolean isKept() {
    return gone != null || !lost.isEmpty();
  }

  /** Returns the instances that were told and a newer state neither has nor replaces. */
  static List<Instance> missing(Service old, Service next) {
    Set<String> ids = new HashSet<>();
    Set<String> sockets = new HashSet<>();
    for (Instance instance : next.instances()) {
      ids.add(instance.id());
      sockets.add(socket(instance));
    }
    return old.instances().stream()
        .filter(one -> !ids.contains(one.id()) && !sockets.contains(socket(one)))
        .toList();
  }

  private static String socket(Instance instance) {
    return instance.address() + " " + instance.port();
  }

  /** Returns the service with its instances in order of their ids, so that equal ones are equal. */
  static Service ordered(Service service) {
    List<Instance> instances = service.instances();
    for (int i = 1; i < instances.size(); i++) {
      if (instances.get(i - 1).id().compareTo(instances.get(i).id()) > 0) {
        List<Instance> sorted = new ArrayList<>(instances);
        sorted.sort(Comparator.comparing(Instance::id));
        return withInstances(service, sorted);
      }
    }
    return service;
  }

  private static Service withInstances(Service service, List<Instance> instances) {
    return new Service(
        service.id(),
        service.variables(),
        service.metadata(),
        service.tags(),
        instances,
        service.creationIndex());
  }

  /** Returns one service of two with the same id, with the instances of both. */
  static Service union(Service one, Service other) {
    Set<String> ids = new HashSet<>();
    one.instances().forEach(instance -> ids.add(instance.id()));
    List<Instance> all = new ArrayList<>(one.instances());
    other.instances().stream().filter(instance -> ids.add(instance.id())).forEach(all::add);
    return withInstances(one, all);
  }
}
