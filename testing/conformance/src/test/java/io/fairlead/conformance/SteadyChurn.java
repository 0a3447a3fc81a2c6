package io.fairlead.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Registers, deregisters and replaces instances of real registries, one at a time, and notes when.
 * No address is ever used twice, so that an endpoint that is seen tells when it was registered, and
 * nothing counts as flapping. Seeded. Confined to one thread.
 */
final class SteadyChurn {
  // So many that what is kept at the end of the changes, and then leaves within seconds, is less
  // than the share that the gateway's deletion guard wants confirmed.
  private static final int SERVICES = 150;
  private static final int MIN_INSTANCES = 1;
  private static final int MAX_INSTANCES = 6;

  private final Random random;
  private final Map<MirroredRegistry, Staleness> registries;
  // Those that take changes at present.
  private final List<MirroredRegistry> open;
  private int addresses;
  private int changes;

  /**
   * One that fills the registries.
   *
   * @param registries in an order that stays, each with what is told of its changes
   */
  SteadyChurn(long seed, Map<MirroredRegistry, Staleness> registries) {
    this.random = new Random(seed);
    this.registries = new LinkedHashMap<>(registries);
    this.open = new ArrayList<>(registries.keySet());
    for (MirroredRegistry registry : open) {
      for (int i = 0; i < SERVICES; i++) {
        for (int j = 0; j < 3; j++) {
          // Nobody waits for it yet.
          registry.put(name(i), Integer.toString(j), Registered.at(nextAddress(), 8080));
        }
      }
    }
  }

  private static String name(int number) {
    return String.format("s%03d", number);
  }

  /** Leaves a registry alone from now on. */
  void leave(MirroredRegistry registry) {
    open.remove(registry);
  }

  /** Changes a registry again. */
  void resume(MirroredRegistry registry) {
    open.add(registry);
  }

  /** Makes one change, if there is a registry to change. */
  void change() {
    if (open.isEmpty()) {
      return;
    }
    MirroredRegistry registry = open.get(random.nextInt(open.size()));
    String service = name(random.nextInt(SERVICES));
    SortedMap<String, Registered> instances = registry.instances(service);
    String any = new ArrayList<>(instances.keySet()).get(random.nextInt(instances.size()));
    int dice = random.nextInt(3);
    if (dice == 0 && instances.size() < MAX_INSTANCES) {
      put(registry, service, free(instances));
    } else if (dice == 1 && instances.size() > MIN_INSTANCES) {
      staleness(registry).deregisters(endpoint(registry, service, registry.instance(service, any)));
      registry.remove(service, any);
      changes++;
    } else {
      put(registry, service, any);
    }
  }

  private Staleness staleness(MirroredRegistry registry) {
    return Objects.requireNonNull(registries.get(registry), registry.name());
  }

  private static String free(SortedMap<String, Registered> instances) {
    int id = 0;
    while (instances.containsKey(Integer.toString(id))) {
      id++;
    }
    return Integer.toString(id);
  }

  private void put(MirroredRegistry registry, String service, String id) {
    Registered before = registry.instances(service).get(id);
    if (before != null) {
      staleness(registry).deregisters(endpoint(registry, service, before));
    }
    Registered instance = Registered.at(nextAddress(), 8080);
    staleness(registry).registers(endpoint(registry, service, instance));
    registry.put(service, id, instance);
    changes++;
  }

  private String nextAddress() {
    addresses++;
    return "10." + addresses / 62_500 + "." + addresses / 250 % 250 + "." + (1 + addresses % 250);
  }

  private static String endpoint(MirroredRegistry registry, String service, Registered instance) {
    return registry.host(service) + " " + instance.address() + ":" + instance.port();
  }

  /** What the mesh must hold: endpoints by host. */
  Map<String, Set<String>> expected() {
    Map<String, Set<String>> expected = new TreeMap<>();
    for (MirroredRegistry registry : registries.keySet()) {
      for (int i = 0; i < SERVICES; i++) {
        Set<String> endpoints = new TreeSet<>();
        registry
            .instances(name(i))
            .values()
            .forEach(one -> endpoints.add(one.address() + ":" + one.port()));
        expected.put(registry.host(name(i)), endpoints);
      }
    }
    return expected;
  }

  /** Changes since the registries were filled. */
  int changes() {
    return changes;
  }
}
