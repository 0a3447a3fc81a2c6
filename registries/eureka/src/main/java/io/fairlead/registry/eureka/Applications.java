package io.fairlead.registry.eureka;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A copy of what a Eureka server holds, which changes are applied to. Confined to the adapter's
 * thread.
 */
final class Applications {
  private final Map<String, Map<String, Registration>> apps = new TreeMap<>();
  // The latest change that the read of everything shows, by the server's clock.
  private final long newest;

  /** Creates a copy from a read of everything. */
  Applications(List<Registration> all) {
    all.forEach(this::put);
    newest = all.stream().mapToLong(Registration::updated).max().orElse(0);
  }

  private void put(Registration one) {
    apps.computeIfAbsent(one.app(), app -> new TreeMap<>()).put(one.instance().id(), one);
  }

  /**
   * Applies an answer to a read of changes. It holds the changes of the last three minutes, so most
   * are known, and some may be older than what is here.
   *
   * @return the apps that differ from before
   */
  Set<String> apply(List<Registration> changes) {
    Set<String> changed = new TreeSet<>();
    for (Registration change : changes) {
      if (apply(change)) {
        changed.add(change.app());
      }
    }
    return changed;
  }

  private boolean apply(Registration change) {
    Map<String, Registration> app = apps.getOrDefault(change.app(), Map.of());
    Registration known = app.get(change.instance().id());
    if (known == null) {
      // What is older than the read of everything, and was not in it, had gone by then.
      if (change.deleted() || change.updated() <= newest) {
        return false;
      }
      put(change);
      return true;
    }
    if (change.updated() < known.updated() || change.equals(known)) {
      return false;
    }
    if (!change.deleted()) {
      put(change);
      return !change.instance().equals(known.instance());
    }
    app.remove(change.instance().id());
    if (app.isEmpty()) {
      apps.remove(change.app());
    }
    return true;
  }

  /** Returns the hash code that a server with the same content gives. */
  String hash() {
    int[] counts = new int[Status.values().length];
    apps.values().forEach(app -> app.values().forEach(one -> counts[one.status().ordinal()]++));
    StringBuilder hash = new StringBuilder();
    for (Status status : Status.values()) {
      if (counts[status.ordinal()] > 0) {
        hash.append(status).append('_').append(counts[status.ordinal()]).append('_');
      }
    }
    return hash.toString();
  }

  /** Returns the number of instances. */
  int size() {
    return apps.values().stream().mapToInt(Map::size).sum();
  }

  /** Returns all services. */
  List<Service> services() {
    List<Service> services = new ArrayList<>();
    apps.keySet().forEach(app -> service(app).ifPresent(services::add));
    return services;
  }

  /** Returns the service of an app; empty where there is none, or it has no name. */
  Optional<Service> service(String app) {
    Map<String, Registration> registrations = apps.get(app);
    if (registrations == null || app.isEmpty()) {
      return Optional.empty();
    }
    List<Instance> instances = registrations.values().stream().map(Registration::instance).toList();
    return Optional.of(new Service(ServiceId.of(app), Map.of(), Map.of(), List.of(), instances));
  }
}
