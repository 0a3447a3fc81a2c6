package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.conversion.rules.Naming;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.TextCondition;
import io.fairlead.conversion.rules.TextTemplate;
import io.fairlead.conversion.rules.When;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Services of one registry and of several that rules merge into one entry. */
class MergedServicesTest {
  private static final GuardPolicy GUARD = new GuardPolicy(0.3, 5, Duration.ofMinutes(5));

  /** The services whose names begin with web share a host. */
  private static final Rule WEB = merging("web*", "web.test");

  private World world = new World();
  private RegistrySink one = register("one", 9, WEB);
  private RegistrySink two = register("two", 1, WEB);

  MergedServicesTest() {
    world.registries.allRegistered();
    world.settle();
  }

  static Rule merging(String service, String host) {
    return new Rule(
        of(service),
        null,
        null,
        new Naming(TextTemplate.parse(host), null, null, true),
        null,
        null,
        null);
  }

  private static When of(String service) {
    return new When(
        null,
        List.of(TextCondition.parse(service)),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static Rule alias(String service, String alias) {
    return new Rule(of(service), null, null, null, List.of(TextTemplate.parse(alias)), null, null);
  }

  private static RegistrySettings settings(String registry, int priority, Rule... rules) {
    return new RegistrySettings(
        registry,
        priority,
        Given.policy(registry).rules(RuleSet.of(registry, List.of(), List.of(rules))).build(),
        Given.KEEP_EMPTY);
  }

  private RegistrySink register(String registry, int priority, Rule... rules) {
    RegistrySink sink = world.registries.register(settings(registry, priority, rules));
    world.settle();
    return sink;
  }

  private void use(Rule... rules) {
    Map<String, RegistrySink> sinks =
        world.registries.reload(
            Set.of(), List.of(settings("one", 9, rules), settings("two", 1, rules)), List.of());
    one = Objects.requireNonNull(sinks.get("one"));
    two = Objects.requireNonNull(sinks.get("two"));
    world.settle();
  }

  /** Changes the rules, with nothing in the second registry. */
  private void begin(Rule... rules) {
    use(rules);
    two.resync(fresh());
  }

  private void read(RegistrySink sink, Service... services) {
    sink.resync(fresh(services));
    world.settle();
  }

  private static Service with(String name, int port, Map<String, String> metadata, String address) {
    return new Service(
        ServiceId.of(name), Map.of(), metadata, List.of(), List.of(instance(address, port, 1)));
  }

  private static Instance instance(String address, int port, double weight) {
    return new Instance(
        address, address, port, weight, Availability.READY, Locality.NONE, Map.of());
  }

  private List<String> sockets(String host) {
    ServiceEntry entry = world.entry(host);
    List<String> sockets = new ArrayList<>();
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      sockets.add(
          endpoint.getAddress()
              + ":"
              + endpoint.getPortsOrDefault(
                  entry.getPorts(0).getName(), entry.getPorts(0).getNumber()));
    }
    return sockets;
  }

  private ServiceReport report(String registry, String service) {
    return world.registries.reports(registry).stream()
        .filter(report -> report.service().toString().equals(service))
        .findFirst()
        .orElseThrow();
  }

  private String refusal(String registry, String service) {
    ServiceReport report = report(registry, service);
    assertThat(report.status()).isEqualTo(ServiceStatus.REFUSED);
    assertThat(report.resource()).isEmpty();
    List<Finding> findings =
        report.findings().stream()
            .filter(finding -> finding.reason().status() == ServiceStatus.REFUSED)
            .toList();
    assertThat(findings).hasSize(1);
    return findings.get(0).reason() + " " + findings.get(0).detail();
  }

  @Test
  void services_ofOneRegistryAndOfTwo_shareAnEntry_andEachSaysSo() {
    read(one, service("web-b", "10.0.0.2"), service("web-a", "10.0.0.1"), service("x", "10.9.9.9"));
    read(two, service("web", "10.0.1.1", "10.0.1.2"));

    assertThat(world.served())
        .containsEntry("mesh/web.test", "one 10.0.0.1,10.0.0.2,10.0.1.1,10.0.1.2")
        .containsOnlyKeys("mesh/web.test", "mesh/x.test");
    List<String> all = List.of("one/web-a", "one/web-b", "two/web");
    assertThat(report("one", "web-b").merged()).isEqualTo(all);
    assertThat(report("two", "web").merged()).isEqualTo(all);
    assertThat(report("two", "web").status()).isEqualTo(ServiceStatus.SERVED);
    assertThat(report("two", "web").resource()).isEqualTo("mesh/web.test");
    assertThat(report("one", "x").merged()).isEmpty();
    assertThat(world.registries.shadowed()).containsValues(0, 0);
  }

  @Test
  void ports_areThoseOfAll_eachEndpointByItsOwn() {
    read(one, with("web-a", 8080, Map.of("protocol", "http"), "10.0.0.1"));
    read(two, with("web", 9090, Map.of("protocol", "http"), "10.0.1.1"));

    ServiceEntry entry = world.entry("web.test");
    assertThat(entry.getPortsList())
        .extracting(port -> port.getNumber() + " " + port.getName() + " " + port.getProtocol())
        .containsExactly("8080 http HTTP", "9090 http-9090 HTTP");
    assertThat(entry.getEndpoints(0).getPortsMap()).isEqualTo(Map.of("http-9090", 8080));
    assertThat(entry.getEndpoints(1).getPortsMap()).isEqualTo(Map.of("http", 9090));
    assertThat(sockets("web.test")).containsExactly("10.0.0.1:8080", "10.0.1.1:9090");
  }

  @Test
  void serviceThatDiffers_isRefusedWithTheReason_countedAndMergedOnceItAgrees() {
    read(one, with("web-a", 8080, Map.of("protocol", "http"), "10.0.0.1"));
    read(two, with("web", 8080, Map.of("protocol", "grpc"), "10.0.1.1"));

    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1");
    assertThat(refusal("two", "web"))
        .isEqualTo(
            "MERGE_REFUSED web.test of one/web-a speaks HTTP on the port 8080, this one GRPC");
    assertThat(world.registries.statuses().get(1).refused()).isEqualTo(1);
    assertThat(world.registries.statuses().get(1).findings())
        .containsEntry(Reason.MERGE_REFUSED, 1);

    read(two, with("web", 8080, Map.of("protocol", "http"), "10.0.1.1"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1,10.0.1.1");
    assertThat(report("two", "web").status()).isEqualTo(ServiceStatus.SERVED);
    assertThat(world.registries.statuses().get(1).refused()).isZero();
    assertThat(world.registries.statuses().get(1).findings()).isEmpty();
  }

  @Test
  void differencesThatAHostCannotHave_areNamed() {
    read(one, service("web-a", "10.0.0.1"), service("web-b", "host.example"));
    assertThat(refusal("one", "web-b")).contains("resolution STATIC, this one DNS");

    read(
        one,
        service("web-a", "10.0.0.1"),
        with("web-b", 8080, Map.of("istio.io/rev", "canary"), "10.0.0.2"));
    assertThat(refusal("one", "web-b")).contains("is for the revisions [], this one for [canary]");
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1");
  }

  @Test
  void whoIsRegisteredTwice_isOneEndpoint() {
    read(one, service("web-a", "10.0.0.1", "10.0.0.2"));
    read(two, service("web", "10.0.0.2", "10.0.0.3"));

    assertThat(sockets("web.test"))
        .containsExactly("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080");

    one.changed(service("web-a", "10.0.0.1"));
    world.settle();
    assertThat(sockets("web.test"))
        .containsExactly("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080");
  }

  @Test
  void weights_areOfOneScale_andUnsetIfAllAreOne() {
    read(one, service("web-a", "10.0.0.1"));
    read(two, service("web", "10.0.1.1"));
    assertThat(world.entry("web.test").getEndpointsList())
        .extracting(WorkloadEntry::getWeight)
        .containsExactly(0, 0);

    read(
        two,
        service(
            ServiceId.of("web"),
            List.of(instance("10.0.1.1", 8080, 0.5), instance("10.0.1.2", 8080, 3))));
    assertThat(world.entry("web.test").getEndpointsList())
        .extracting(WorkloadEntry::getWeight)
        .containsExactly(1000, 500, 3000);

    read(
        two,
        service(
            ServiceId.of("web"),
            List.of(instance("10.0.1.1", 8080, 3), instance("10.0.1.2", 8080, 3))));
    assertThat(world.entry("web.test").getEndpointsList())
        .extracting(WorkloadEntry::getWeight)
        .containsExactly(1000, 3000, 3000);
  }

  @Test
  void oneThatGoes_takesItsEndpointsOnly_andOneThatIsEmptyKeepsItsPlace() {
    read(one, service("web-a", "10.0.0.1"), service("web-b", "10.0.0.2"));
    read(two, service("web", "10.0.1.1"));
    ServiceEntry before = world.entry("web.test");

    one.changed(service("web-a"));
    world.settle();
    assertThat(world.entry("web.test")).isEqualTo(before.toBuilder().removeEndpoints(0).build());
    assertThat(report("one", "web-a").status()).isEqualTo(ServiceStatus.KEPT_EMPTY);
    assertThat(report("one", "web-a").merged()).first().isEqualTo("one/web-a");

    two.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.entry("web.test"))
        .isEqualTo(before.toBuilder().removeEndpoints(2).removeEndpoints(0).build());

    one.changed(service("web-b"));
    world.settle();
    assertThat(world.entry("web.test")).isEqualTo(before.toBuilder().clearEndpoints().build());
    world.advance(Given.KEEP_EMPTY.plusSeconds(1));
    assertThat(world.served()).isEmpty();
  }

  @Test
  void registryInAnOutage_keepsItsPart_alsoAfterARestart() {
    read(one, service("web-a", "10.0.0.1"));
    read(two, service("web", "10.0.1.1"), service("other", "10.7.7.7"));
    List<String> address = world.addresses().get("web.test");
    two.resync(new ReadOutcome.Failed("down", new IOException("down")));
    read(one, service("web-a", "10.0.0.9"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.9,10.0.1.1");
    world.close();

    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    one = register("one", 9, WEB);
    two = register("two", 1, WEB);
    world.registries.allRegistered();
    world.settle();
    two.resync(new ReadOutcome.Failed("down", new IOException("down")));
    read(one, service("web-a", "10.0.0.5"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.5,10.0.1.1");
    assertThat(report("one", "web-a").merged()).containsExactly("one/web-a", "two/web");

    // It leads no more, and the part of the other is still there.
    read(one, service("x", "10.9.9.9"));
    assertThat(world.served()).containsEntry("mesh/web.test", "two 10.0.1.1");
    assertThat(world.addresses()).containsEntry("web.test", address);
  }

  @Test
  void restart_changesNothing_andCommitsNothing() {
    Service a = with("web-a", 8080, Map.of("protocol", "http"), "10.0.0.1");
    Service b = with("web-b", 9090, Map.of("protocol", "http"), "10.0.0.2");
    Service empty = service("web-c");
    Service heavy = service(ServiceId.of("web"), List.of(instance("10.0.1.1", 7070, 0.25)));
    read(one, a, b, empty);
    read(two, heavy);
    Map<String, String> versions = world.versions();
    int commits = world.log.commits.size();
    world.close();

    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    one = register("one", 9, WEB);
    two = register("two", 1, WEB);
    world.registries.allRegistered();
    world.settle();
    assertThat(world.versions()).isEqualTo(versions);
    read(two, heavy);
    assertThat(world.versions()).isEqualTo(versions);
    read(one, a, b, empty);
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void guard_holdsTheLossesOfOneOfThem_andWhatIsHeldStaysInTheEntry() {
    world = World.guarded(new World.Log(), GUARD);
    one = register("one", 9, WEB);
    two = register("two", 1, WEB);
    world.registries.allRegistered();
    List<Service> many = new ArrayList<>(GuardedRegistry.services(0, 6));
    many.add(service("web", "10.0.1.1", "10.0.1.2"));
    read(one, service("web-a", "10.0.0.1"));
    read(two, many.toArray(Service[]::new));

    read(two);
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1,10.0.1.1,10.0.1.2");
    assertThat(report("two", "web").status()).isEqualTo(ServiceStatus.HELD);
    assertThat(report("two", "web").merged()).containsExactly("one/web-a", "two/web");

    world.registries.approve(world.registries.guards().get(0).id());
    world.settle();
    assertThat(world.served()).containsOnlyKeys("mesh/web.test");
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1");
  }

  @Test
  void flapping_isDampedForTheHost_andLosesTheEndpointsOfThatOneOnly() {
    world =
        new World(
            new World.Log(),
            AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8"))
                .with(GuardPolicy.OFF)
                .with(
                    new DampingPolicy(
                        1, Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofMinutes(5))));
    one = register("one", 9, WEB);
    two = register("two", 1, WEB);
    world.registries.allRegistered();
    read(one, service("web-a", "10.0.0.1"));
    for (int i = 0; i < 4; i++) {
      read(two, service("web", "10.0.1.1", "10.0.1.2"));
      read(two, service("web", "10.0.1.2"));
    }
    read(two, service("web", "10.0.1.1", "10.0.1.2"));
    assertThat(world.registries.damped()).hasSize(1);
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1,10.0.1.2");
    world.close();

    // What is cut is known to be of whom it is.
    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    one = register("one", 9, WEB);
    two = register("two", 1, WEB);
    world.registries.allRegistered();
    read(one, service("web-a", "10.0.0.7"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.7,10.0.1.2");
  }

  @Test
  void serviceThatNoRuleMerges_keepsItsHost_andTheOthersSayWhoHasIt() {
    begin(merging("web-*", "web.test"));
    read(one, service("web", "10.0.0.1"), service("web-b", "10.0.0.2"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.1");
    assertThat(refusal("one", "web-b"))
        .isEqualTo("MERGE_REFUSED web.test belongs to the service web, which no rule merges");

    // Of another registry it is shadowed, as ever.
    read(two, service("web-c", "10.0.1.1"));
    assertThat(report("two", "web-c").status()).isEqualTo(ServiceStatus.SHADOWED);
    assertThat(report("two", "web-c").shadowedBy()).isEqualTo("one");

    read(one, service("web-b", "10.0.0.2"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.2,10.0.1.1");
    assertThat(world.registries.shadowed()).containsValues(0, 0);

    // And a lower registry's service that is not to be merged is shadowed by those that are.
    read(two, service("web", "10.0.1.7"), service("web-c", "10.0.1.1"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.2,10.0.1.1");
    assertThat(report("two", "web").status()).isEqualTo(ServiceStatus.SHADOWED);
  }

  @Test
  void aliases_ofMergedServicesAreMerged_andOneThatIsTheHostOfMergedServicesIsRefused() {
    begin(WEB, alias("web*", "w.test"), alias("x", "web.test"));
    read(one, service("web-a", "10.0.0.1"), service("x", "10.9.9.9"));
    read(two, service("web", "10.0.1.1"));

    assertThat(world.served())
        .containsEntry("mesh/web.test", "one 10.0.0.1,10.0.1.1")
        .containsEntry("mesh/w.test", "one 10.0.0.1,10.0.1.1")
        .containsEntry("mesh/x.test", "one 10.9.9.9")
        .hasSize(3);
    assertThat(refusal("one", "x#@web.test"))
        .isEqualTo("ALIAS_TAKEN web.test belongs to the service web-a");
    assertThat(report("two", "web#@w.test").merged())
        .containsExactly("one/web-a#@w.test", "two/web#@w.test");
  }

  @Test
  void namesThatGoRound_endWhereTheyAre() {
    begin(merging("a", "b.test"), merging("b", "c.test"), merging("c", "a.test"));
    read(one, service("a", "10.0.0.1"), service("b", "10.0.0.2"), service("c", "10.0.0.3"));
    assertThat(world.served())
        .containsEntry("mesh/b.test", "one 10.0.0.1")
        .containsEntry("mesh/c.test", "one 10.0.0.2")
        .containsEntry("mesh/a.test", "one 10.0.0.3");
  }

  @Test
  void changeOfRules_beginsAndEndsAMergeInOneCommit() {
    use();
    Service[] ofOne = {service("web-a", "10.0.0.1"), service("web-b", "10.0.0.2")};
    read(one, ofOne);
    read(two, service("web", "10.0.1.1"));
    Map<String, String> apart = world.versions();
    assertThat(apart).hasSize(3);
    int commits = world.log.commits.size();

    use(WEB);
    one.resync(fresh(ofOne));
    two.resync(fresh(service("web", "10.0.1.1")));
    world.settle();
    assertThat(world.served())
        .containsOnlyKeys("mesh/web.test")
        .containsEntry("mesh/web.test", "one 10.0.0.1,10.0.0.2,10.0.1.1");
    assertThat(world.log.commits).hasSize(commits + 1);

    use();
    one.resync(fresh(ofOne));
    two.resync(fresh(service("web", "10.0.1.1")));
    world.settle();
    assertThat(world.versions()).isEqualTo(apart);
    assertThat(world.log.commits).hasSize(commits + 2);
  }

  @Test
  void registryThatIsRenamed_keepsItsPartUntilItIsRead_andOneThatLeavesTakesIts() {
    read(one, service("web-a", "10.0.0.1"));
    read(two, service("web", "10.0.1.1"), service("web-c", "10.0.1.2"));

    Map<String, RegistrySink> sinks =
        world.registries.reload(Set.of("two"), List.of(), List.of(settings("three", 1, WEB)));
    world.settle();
    one.changed(service("web-a", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.2,10.0.1.1,10.0.1.2");

    read(Objects.requireNonNull(sinks.get("three")), service("web", "10.0.1.9"));
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.2,10.0.1.9");
    assertThat(report("three", "web").merged()).containsExactly("one/web-a", "three/web");

    world.registries.reload(Set.of("three"), List.of(), List.of());
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "one 10.0.0.2");
  }

  @Test
  void tenThousandServices_ofOneHost_areBounded_andOneThatFlapsCostsNoMore() {
    begin(merging("*", "all.test"));
    Service[] all = new Service[10_000];
    Arrays.setAll(all, i -> service("s%05d".formatted(i), "10.1." + i / 250 + "." + (i % 250 + 1)));
    read(one, all);

    assertThat(world.entry("all.test").getEndpointsCount()).isEqualTo(Merge.MAX_SERVICES);
    assertThat(report("one", "s00999").merged()).hasSize(Merge.MAX_SERVICES);
    assertThat(refusal("one", "s01000"))
        .isEqualTo("MERGE_REFUSED all.test of one/s00000 has 1000 services already");
    assertThat(world.registries.statuses().get(0).refused()).isEqualTo(9_000);

    for (int i = 0; i < 20; i++) {
      one.removed(ServiceId.of("s00000"));
      world.settle();
      assertThat(report("one", "s01000").status()).isEqualTo(ServiceStatus.SERVED);
      one.changed(all[0]);
      world.settle();
      assertThat(report("one", "s01000").status()).isEqualTo(ServiceStatus.REFUSED);
    }
    read(one);
    assertThat(world.served()).isEmpty();
    assertThat(world.registries.statuses().get(0).refused()).isZero();
  }
}
