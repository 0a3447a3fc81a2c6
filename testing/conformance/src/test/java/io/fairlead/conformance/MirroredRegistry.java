package io.fairlead.conformance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A real registry that a test changes, together with what the mesh must hold because of it: worked
 * out here from what was registered, by rules of its own, so that a fault of the product is not
 * repeated in the expectation. Not thread-safe.
 */
abstract class MirroredRegistry {
  /** The metadata by which the owner of a service names its port. */
  static final String SERVICE_PORT = "service-port";

  /** The fate of a service without usable instances, by the registry's {@code keepEmpty}. */
  enum WhenEmpty {
    /** Its entry stays, without endpoints, for longer than any test takes. */
    STAYS,
    /** Its entry goes after a moment. */
    GOES
  }

  private final String name;
  private final WhenEmpty whenEmpty;
  private final SortedMap<String, SortedMap<String, Registered>> services = new TreeMap<>();
  // The port of a service stays while it has no instances.
  private final SortedMap<String, Integer> lastPorts = new TreeMap<>();

  MirroredRegistry(String name, WhenEmpty whenEmpty) {
    this.name = name;
    this.whenEmpty = whenEmpty;
  }

  /** The registry's name in the gateway's configuration. */
  final String name() {
    return name;
  }

  /** The value of {@code keepEmpty} in its configuration. */
  final String keepEmpty() {
    return whenEmpty == WhenEmpty.STAYS ? "1h" : "1s";
  }

  /** The namespace of its ServiceEntries: by default the type's name. */
  abstract String namespace();

  /** Its part of the gateway's configuration: one element of {@code registries}. */
  abstract String configuration();

  /** The host that a service gets. */
  abstract String host(String service);

  /** The labels that an instance's endpoint gets. */
  abstract Map<String, String> labels(Registered instance);

  /** Registers an instance, or changes it. */
  abstract void write(String service, String id, Registered instance, Optional<Registered> before);

  /** Takes an instance away. */
  abstract void delete(String service, String id, Registered instance);

  /** Registers an instance under an id of the service, or changes it, and expects that. */
  final void put(String service, String id, Registered instance) {
    SortedMap<String, Registered> instances =
        services.computeIfAbsent(service, any -> new TreeMap<>());
    Optional<Registered> before = Optional.ofNullable(instances.put(id, instance));
    lastPorts.put(service, port(instances.values()));
    write(service, id, instance, before);
  }

  /** Takes an instance away, and expects that. */
  final void remove(String service, String id) {
    SortedMap<String, Registered> instances = instances(service);
    Registered instance = instances.remove(id);
    if (instance == null) {
      throw new IllegalArgumentException(service + " " + id + ": unknown (expected: registered)");
    }
    if (!instances.isEmpty()) {
      lastPorts.put(service, port(instances.values()));
    }
    delete(service, id, instance);
  }

  /** Expects nothing of a service any more: for those whose registry removes services by word. */
  final void forget(String service) {
    services.remove(service);
    lastPorts.remove(service);
  }

  /** Writes an instance again as it is. */
  final void touch(String service, String id) {
    Registered instance = instance(service, id);
    write(service, id, instance, Optional.of(instance));
  }

  /** Writes everything again as it is, for a registry that has forgotten it. */
  final void writeAll() {
    services.forEach((service, instances) -> instances.keySet().forEach(id -> touch(service, id)));
  }

  /** The instance of that id. */
  final Registered instance(String service, String id) {
    return Optional.ofNullable(instances(service).get(id))
        .orElseThrow(() -> new IllegalArgumentException(service + " " + id + ": unknown"));
  }

  /** The instances of a service, by id. */
  final SortedMap<String, Registered> instances(String service) {
    return services.getOrDefault(service, new TreeMap<>());
  }

  /** What an istiod of a revision must hold because of this registry, by name. */
  final SortedMap<String, MeshService> expected(String revision) {
    SortedMap<String, MeshService> expected = new TreeMap<>();
    services.forEach(
        (service, instances) -> {
          SortedSet<String> revisions = revisions(instances.values());
          if (revisions.isEmpty() || revisions.contains(revision)) {
            MeshService one = service(service, instances.values(), revisions);
            if (whenEmpty == WhenEmpty.STAYS || !one.endpoints().isEmpty()) {
              expected.put(one.name(), one);
            }
          }
        });
    return expected;
  }

  private MeshService service(
      String service, Collection<Registered> instances, SortedSet<String> revisions) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put("fairlead.io/registry", name);
    if (revisions.size() == 1) {
      labels.put("istio.io/rev", revisions.first());
    }
    List<MeshEndpoint> endpoints = new ArrayList<>();
    if (instances.stream().noneMatch(Registered::healthy)) {
      labels.put("fairlead.io/endpoints", "none");
    }
    for (Registered instance : instances) {
      if (instance.healthy()) {
        endpoints.add(
            new MeshEndpoint(
                instance.address(),
                instance.port(),
                Math.round(instance.weight() * 1000),
                instance.locality(),
                labels(instance)));
      }
    }
    return new MeshService(
        namespace() + "/" + host(service),
        List.of(host(service)),
        List.of(MeshService.port(lastPorts.getOrDefault(service, 0), "http", "HTTP")),
        "MESH_INTERNAL STATIC",
        List.of("*"),
        labels,
        MeshEndpoint.inLowestTerms(endpoints));
  }

  private static SortedSet<String> revisions(Collection<Registered> instances) {
    SortedSet<String> revisions = new TreeSet<>();
    for (Registered instance : instances) {
      if (instance.revisions().isEmpty()) {
        return new TreeSet<>();
      }
      revisions.addAll(List.of(instance.revisions().split(",")));
    }
    return revisions;
  }

  /** The port that its owner names, or more than half of the instances have, or HTTP's. */
  private static int port(Collection<Registered> instances) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (Registered instance : instances) {
      String named = instance.labels().getOrDefault(SERVICE_PORT, "");
      counts.merge(named.isEmpty() ? instance.port() : Integer.parseInt(named), 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .filter(count -> 2 * count.getValue() > instances.size())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(80);
  }

  @Override
  public final String toString() {
    return name;
  }
}
