package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever way leads to a state of the registries: what is served in the end is what a gateway that
 * reads that state for the first time would serve, version for version.
 */
class AggregationWalkTest {
  private static final VirtualAddresses RANGE = VirtualAddresses.of("241.0.0.0/8");
  private static final DampingPolicy DAMPING =
      new DampingPolicy(2, Duration.ofMinutes(1), Duration.ofSeconds(5), Duration.ofSeconds(40));
  private static final Map<String, Integer> PRIORITIES = Map.of("a", 1, "b", 2, "c", 2, "d", 9);

  /** One walk: what the registries hold, and the gateway that mirrors them. */
  private static final class Walk {
    final Random random;
    final Map<String, Map<ServiceId, Service>> truth = new TreeMap<>();
    final Map<String, RegistrySink> sinks = new HashMap<>();
    final Set<String> read = new HashSet<>();
    final AggregationOptions options;
    final boolean merging;
    World world;

    Walk(long seed, DampingPolicy damping, boolean merging) {
      this.merging = merging;
      this.random = new Random(seed);
      this.options = AggregationOptions.of(RANGE).with(GuardPolicy.OFF).with(damping);
      this.world = new World(new World.Log(), options);
    }

    void step() {
      String registry = List.of("a", "b", "c", "d").get(random.nextInt(4));
      if (!truth.containsKey(registry)) {
        truth.put(registry, new TreeMap<>());
        register(registry);
      }
      switch (random.nextInt(24)) {
        case 0, 1, 2 -> resync(registry);
        case 3 -> sink(registry).resync(new ReadOutcome.Failed("down", new IOException("down")));
        case 4 -> {
          world.registries.reload(Set.of(registry), List.of(), List.of());
          truth.remove(registry);
          sinks.remove(registry);
          read.remove(registry);
        }
        case 5 -> register(registry);
        case 6 -> restart();
        case 7 -> world.advance(Duration.ofMinutes(random.nextInt(7)));
        case 8, 9 -> world.settle();
        case 10 -> world.log.failuresToCome = random.nextInt(3);
        case 11, 12, 13, 14 -> {
          ServiceId id = randomId();
          services(registry).remove(id);
          sink(registry).removed(id);
        }
        default -> {
          Service service = randomService();
          services(registry).put(service.id(), service);
          sink(registry).changed(service);
        }
      }
    }

    private Map<ServiceId, Service> services(String registry) {
      return truth.computeIfAbsent(registry, r -> new TreeMap<>());
    }

    private RegistrySink sink(String registry) {
      return sinks.computeIfAbsent(registry, this::registration);
    }

    private RegistrySink registration(String registry) {
      return world.registries.register(settings(registry, merging));
    }

    private void register(String registry) {
      sinks.put(registry, registration(registry));
      read.remove(registry);
    }

    private void resync(String registry) {
      List<Service> services = new ArrayList<>(services(registry).values());
      Collections.shuffle(services, random);
      sink(registry).resync(new ReadOutcome.Fresh(services));
      read.add(registry);
    }

    private void restart() {
      world.close();
      world = new World(world.log, options);
      sinks.clear();
      read.clear();
      if (random.nextInt(3) == 0 && !truth.isEmpty()) {
        truth.remove(List.copyOf(truth.keySet()).get(random.nextInt(truth.size())));
      }
      truth.keySet().forEach(this::register);
    }

    /** Few names, some of them with one host. */
    private ServiceId randomId() {
      String group = List.of("", "", "g1", "g2").get(random.nextInt(4));
      String name = List.of("web", "web", "api", "Api_1", "db").get(random.nextInt(5));
      String namespace = List.of("", "team-a", "team-b").get(random.nextInt(3));
      return new ServiceId(namespace, group, name);
    }

    private Service randomService() {
      List<Instance> instances = new ArrayList<>();
      int count = random.nextInt(4);
      for (int i = 0; i < count; i++) {
        int port = List.of(8080, 8080, 9090, 0).get(random.nextInt(4));
        Availability availability =
            random.nextInt(3) == 0 ? Availability.UNHEALTHY : Availability.READY;
        instances.add(Given.instance("10.0.0." + (1 + random.nextInt(5)), port, availability));
      }
      // Some have no place in the registry's order of creation, and some share one.
      int index = random.nextInt(4);
      return Given.created(
          index == 0 ? OptionalLong.empty() : OptionalLong.of(index),
          Given.service(randomId(), instances));
    }

    void end() {
      for (String registry : truth.keySet()) {
        if (!read.contains(registry)) {
          resync(registry);
        }
      }
      world.registries.allRegistered();
      world.advance(Duration.ofMinutes(1));
      world.advance(Given.KEEP_EMPTY);
      // What comes into view by that may have to wait.
      world.advance(Duration.ofMinutes(1));
    }
  }

  /** One of the registries has entries in several namespaces, with one host all the same. */
  private static RegistrySettings settings(String registry, boolean merging) {
    RegistrySettings plain = settings(registry);
    if (!merging) {
      return plain;
    }
    // Some hosts are claimed by services that are to be merged and by others.
    List<Rule> rules =
        registry.equals("c")
            ? List.of(
                MergedServicesTest.merging("web", "shared.test"),
                MergedServicesTest.merging("db", "api.test"))
            : List.of(
                MergedServicesTest.merging("web", "shared.test"),
                MergedServicesTest.merging("/[aA].*/", "shared.test"));
    ConversionPolicy.Builder policy =
        Given.policy(registry).rules(RuleSet.of(registry, List.of(), rules));
    return new RegistrySettings(
        registry,
        plain.priority(),
        (registry.equals("b") ? policy.namespace(HostTemplate.parse("{namespace}")) : policy)
            .build(),
        Given.KEEP_EMPTY);
  }

  private static RegistrySettings settings(String registry) {
    int priority = PRIORITIES.getOrDefault(registry, 0);
    return registry.equals("b")
        ? new RegistrySettings(
            registry,
            priority,
            Given.policy(registry).namespace(HostTemplate.parse("{namespace}")).build(),
            Given.KEEP_EMPTY)
        : Given.registry(registry, priority);
  }

  private static World readAnew(
      Map<String, Map<ServiceId, Service>> truth, boolean merging, Random random) {
    World world = new World();
    List<String> registries = new ArrayList<>(truth.keySet());
    Collections.shuffle(registries, random);
    Map<String, RegistrySink> sinks = new HashMap<>();
    for (String registry : registries) {
      sinks.put(registry, world.registries.register(settings(registry, merging)));
    }
    Collections.shuffle(registries, random);
    for (String registry : registries) {
      List<Service> services = new ArrayList<>(truth.getOrDefault(registry, Map.of()).values());
      Collections.shuffle(services, random);
      Objects.requireNonNull(sinks.get(registry)).resync(new ReadOutcome.Fresh(services));
    }
    world.registries.allRegistered();
    world.advance(Given.KEEP_EMPTY);
    return world;
  }

  @Property(tries = 200)
  void walk_endsWhereAFirstReadOfTheSameStateEnds(@ForAll long seed) {
    walk(new Walk(seed, DampingPolicy.OFF, false));
  }

  @Property(tries = 200)
  void walk_ofMergedServices_endsThereToo(@ForAll long seed) {
    walk(new Walk(seed, DampingPolicy.OFF, true));
  }

  @Property(tries = 100)
  void walk_ofMergedServices_dampedEndsThereToo(@ForAll long seed) {
    walk(new Walk(seed, DAMPING, true));
  }

  @Property(tries = 200)
  void walk_dampedEndsThereToo(@ForAll long seed) {
    walk(new Walk(seed, DAMPING, false));
  }

  private static void walk(Walk walk) {
    for (int i = 0; i < 60; i++) {
      walk.step();
      assertOneEntryHasAHost(walk.world);
    }
    walk.end();
    World anew = readAnew(walk.truth, walk.merging, walk.random);
    assertThat(walk.world.served()).isEqualTo(anew.served());
    assertThat(walk.world.versions()).isEqualTo(anew.versions());
    assertThat(walk.world.isSynced()).isTrue();
    assertThat(shown(walk.world)).isEqualTo(shown(anew));
  }

  private static void assertOneEntryHasAHost(World world) {
    Map<String, String> names = new HashMap<>();
    for (Resource resource : world.store.current().resources(CompactEntry.TYPE)) {
      String before = names.put(CompactEntry.hostOf(resource.key()), resource.key().name());
      assertThat(before).isNull();
      assertThat(World.entry(resource).getAddressesCount()).isEqualTo(1);
    }
    assertThat(world.addresses().values()).doesNotHaveDuplicates();
  }

  /**
   * What is shown of the registries, but for the contacts and for why an empty one is not served.
   */
  private static List<String> shown(World world) {
    List<String> shown = new ArrayList<>();
    Map<String, Integer> shadowed = world.registries.shadowed();
    for (RegistryStatus status : world.registries.statuses()) {
      assertThat(world.registries.reports(status.name()))
          .filteredOn(report -> report.status() == ServiceStatus.SHADOWED)
          .hasSize(shadowed.getOrDefault(status.name(), -1));
      shown.add(
          status.name()
              + " "
              + status.synced()
              + " "
              + status.services()
              + " "
              + status.instances()
              + " "
              + status.findings());
      for (ServiceReport report : world.registries.reports(status.name())) {
        shown.add(report.service() + " " + report.resource() + " " + report.shadowedBy());
        report.findings().stream()
            .filter(finding -> finding.reason().name().startsWith("HOST_CO"))
            .forEach(finding -> shown.add("  " + finding));
      }
    }
    return shown;
  }
}
