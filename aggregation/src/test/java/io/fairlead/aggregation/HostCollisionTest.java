package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.conversion.Reason;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Commit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Services of one registry whose templates give one host. */
class HostCollisionTest {
  private static final ServiceId BLUE = new ServiceId("blue", "", "db");
  private static final ServiceId GREEN = new ServiceId("green", "", "db");
  private static final ServiceId RED = new ServiceId("red", "", "db");
  private static final ServiceId WHITE = new ServiceId("white", "", "db");

  private World world = new World();

  /** A template of hosts that drops the namespace, which the entries have. */
  private static RegistrySink register(World world) {
    return world.registries.register(
        new RegistrySettings(
            "a",
            1,
            Given.policy("a").namespace(HostTemplate.parse("{namespace}")).build(),
            Given.KEEP_EMPTY));
  }

  private static Service created(long index, ServiceId id, String address) {
    return Given.created(OptionalLong.of(index), service(id, address));
  }

  private String addressAt(String host) {
    return world.entry(host).getEndpoints(0).getAddress();
  }

  private Finding finding(ServiceId id) {
    List<Finding> findings = report(id).findings();
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  private ServiceReport report(ServiceId id) {
    return world.registries.reports("a").stream()
        .filter(report -> report.service().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void namespacesDiffer_oneServiceHasTheHostAndBothSayWho() {
    register(world).resync(fresh(service(BLUE, "10.0.0.1"), service(GREEN, "10.0.0.2")));
    world.settle();
    assertThat(world.served())
        .containsEntry("blue/db.test", "a 10.0.0.1")
        .containsEntry(report(GREEN).resource(), "a 10.0.0.2")
        .hasSize(2);
    assertThat(report(GREEN).resource()).startsWith("green/db-x").endsWith(".test");
    assertThat(world.addresses()).hasSize(2);
    assertThat(world.addresses().values()).doesNotHaveDuplicates();
    assertThat(finding(GREEN).reason()).isEqualTo(Reason.HOST_COLLISION);
    assertThat(finding(GREEN).detail()).isEqualTo("db.test belongs to the service blue/db");
    assertThat(finding(BLUE).reason()).isEqualTo(Reason.HOST_CONTESTED);
    assertThat(finding(BLUE).detail()).isEqualTo("db.test is claimed by the service green/db");
  }

  @Test
  void groupsDifferInCase_oneServiceHasTheHostAndBothSayWho() {
    ServiceId upper = new ServiceId("public", "PAY", "db");
    ServiceId lower = new ServiceId("public", "pay", "db");
    world
        .registries
        .register(
            new RegistrySettings(
                "a",
                1,
                Given.policy("a").host(HostTemplate.parse("{service}.{group}.test")).build(),
                Given.KEEP_EMPTY))
        .resync(fresh(service(lower, "10.0.0.2"), service(upper, "10.0.0.1")));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/db.pay.test", "a 10.0.0.1").hasSize(2);
    assertThat(finding(lower).reason()).isEqualTo(Reason.HOST_COLLISION);
    assertThat(finding(upper).reason()).isEqualTo(Reason.HOST_CONTESTED);
  }

  @Test
  void manyNamespaces_theOneThatHasTheHostSaysHowManyWouldHaveIt() {
    register(world)
        .resync(
            fresh(
                service(WHITE, "10.0.0.4"),
                service(RED, "10.0.0.3"),
                service(BLUE, "10.0.0.1"),
                service(GREEN, "10.0.0.2")));
    world.settle();
    assertThat(finding(BLUE).detail())
        .isEqualTo("db.test is claimed by the service green/db and 2 more");
    assertThat(world.served()).hasSize(4);
  }

  @Test
  void lowerIdRegisters_theOlderServiceKeepsItsHost() {
    RegistrySink sink = register(world);
    sink.resync(fresh(created(20, GREEN, "10.0.0.2")));
    world.settle();
    Map<String, String> before = world.versions();
    sink.changed(created(30, BLUE, "10.0.0.1"));
    sink.changed(service(RED, "10.0.0.3"));
    world.settle();
    assertThat(world.versions()).containsAllEntriesOf(before).hasSize(3);
    assertThat(finding(BLUE).detail()).isEqualTo("db.test belongs to the service green/db");
    assertThat(finding(RED).detail()).isEqualTo("db.test belongs to the service green/db");
    sink.removed(GREEN);
    world.settle();
    assertThat(addressAt("db.test")).isEqualTo("10.0.0.1");
  }

  @Test
  void hostLost_bothServicesSayWhoHasIt() {
    RegistrySink sink = register(world);
    sink.resync(fresh(service(GREEN, "10.0.0.2")));
    world.settle();
    assertThat(report(GREEN).findings()).isEmpty();
    sink.changed(service(BLUE, "10.0.0.1"));
    world.settle();
    assertThat(finding(GREEN).detail()).isEqualTo("db.test belongs to the service blue/db");
    assertThat(finding(BLUE).reason()).isEqualTo(Reason.HOST_CONTESTED);
    sink.removed(GREEN);
    world.settle();
    assertThat(report(BLUE).findings()).isEmpty();
    assertThat(world.registries.statuses().get(0).findings()).isEmpty();
  }

  @Test
  void ageChanges_withoutACollisionNothingIsCommitted() {
    RegistrySink sink = register(world);
    sink.resync(fresh(created(20, GREEN, "10.0.0.2")));
    world.settle();
    int commits = world.log.commits.size();
    int encoded = world.encoded.size();
    sink.changed(created(70, GREEN, "10.0.0.2"));
    sink.resync(fresh(created(90, GREEN, "10.0.0.2")));
    world.settle();
    assertThat(world.log.commits).hasSize(commits);
    assertThat(world.encoded).hasSize(encoded);
    // It is known all the same.
    sink.changed(created(80, RED, "10.0.0.3"));
    world.settle();
    assertThat(addressAt("db.test")).isEqualTo("10.0.0.3");
  }

  @Test
  void ageChanges_amongTheLosers_theFirstOfThemIsNext() {
    RegistrySink sink = register(world);
    sink.resync(
        fresh(
            created(1, GREEN, "10.0.0.2"),
            created(5, BLUE, "10.0.0.1"),
            created(6, RED, "10.0.0.3")));
    world.settle();
    sink.changed(created(7, BLUE, "10.0.0.1"));
    world.settle();
    assertThat(finding(GREEN).detail())
        .isEqualTo("db.test is claimed by the service red/db and 1 more");
    sink.removed(GREEN);
    world.settle();
    assertThat(addressAt("db.test")).isEqualTo("10.0.0.3");
  }

  @Test
  void emptyService_isAsOldAsBefore() {
    RegistrySink sink = register(world);
    sink.resync(fresh(created(1, GREEN, "10.0.0.2"), created(5, BLUE, "10.0.0.1")));
    world.settle();
    sink.changed(Given.created(OptionalLong.empty(), service(GREEN, List.of())));
    world.settle();
    assertThat(world.served()).containsEntry("green/db.test", "a ");
    sink.changed(created(9, GREEN, "10.0.0.2"));
    world.settle();
    assertThat(addressAt("db.test")).isEqualTo("10.0.0.1");
  }

  @Test
  void restart_sameServicesHaveTheSameHosts() {
    Service[] services = {
      created(9, BLUE, "10.0.0.1"), service(RED, "10.0.0.3"), created(2, GREEN, "10.0.0.2")
    };
    register(world).resync(fresh(services));
    world.settle();
    Map<String, String> before = world.versions();
    int commits = world.log.commits.size();
    world.close();
    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    register(world).resync(fresh(services[1], services[0], services[2]));
    world.registries.allRegistered();
    world.settle();
    assertThat(world.versions()).isEqualTo(before);
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void restart_whereAFormerVersionServedOneHostTwice_oneIsLeft() {
    World other = new World();
    register(other).resync(fresh(service(GREEN, "10.0.0.2")));
    other.settle();
    register(world).resync(fresh(service(BLUE, "10.0.0.1")));
    world.settle();
    world.close();
    for (Commit commit : other.log.commits) {
      world.log.append(commit);
    }
    world = new World(world.log, VirtualAddresses.of("241.0.0.0/8"));
    RegistrySink sink = register(world);
    world.registries.allRegistered();
    assertThat(world.served()).containsOnlyKeys("blue/db.test", "green/db.test");
    sink.resync(fresh(service(BLUE, "10.0.0.1"), service(GREEN, "10.0.0.2")));
    world.settle();
    assertThat(world.served())
        .containsOnlyKeys("blue/db.test", report(GREEN).resource())
        .doesNotContainKey("green/db.test");
  }

  @Test
  void namesThatDifferInCaseOrSpelling_getHostsOfTheirOwn() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(
        fresh(
            service("db", "10.0.0.1"),
            service("DB", "10.0.0.2"),
            service("db.", "10.0.0.3"),
            service("d_b", "10.0.0.4")));
    world.settle();
    assertThat(world.served()).hasSize(4);
    assertThat(addressAt("db.test")).isEqualTo("10.0.0.1");
  }

  /** Whoever comes first or last, and through whatever restarts: the set of services decides. */
  @Property(tries = 300)
  void hosts_dependOnTheSetOfServicesAlone(@ForAll long seed) {
    Random random = new Random(seed);
    List<Service> services = new ArrayList<>();
    for (ServiceId id : List.of(BLUE, GREEN, RED, WHITE)) {
      if (random.nextInt(4) > 0) {
        services.add(randomly(random, id));
      }
    }
    World once = new World();
    register(once).resync(fresh(services.toArray(Service[]::new)));
    once.settle();
    World step = new World();
    RegistrySink sink = register(step);
    sink.resync(fresh());
    List<Service> order = new ArrayList<>(services);
    // Each was something else before, and one came and went.
    services.forEach(service -> order.add(0, randomly(random, service.id())));
    Collections.shuffle(order.subList(0, services.size()), random);
    Collections.shuffle(order.subList(services.size(), order.size()), random);
    ServiceId gone = new ServiceId("amber", "", "db");
    sink.changed(randomly(random, gone));
    for (int i = 0; i < order.size(); i++) {
      sink.changed(order.get(i));
      if (random.nextBoolean()) {
        step.settle();
      }
      if (random.nextInt(3) == 0) {
        step.close();
        step = new World(step.log, VirtualAddresses.of("241.0.0.0/8"));
        sink = register(step);
        sink.resync(fresh(latest(order.subList(0, i + 1), randomly(random, gone))));
      }
    }
    sink.removed(gone);
    step.settle();
    assertThat(step.versions()).isEqualTo(once.versions());
    // But for since when it is so, which is history.
    assertThat(step.registries.reports("a"))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("since")
        .isEqualTo(once.registries.reports("a"));
  }

  private static Service randomly(Random random, ServiceId id) {
    int index = random.nextInt(4);
    return Given.created(
        index == 0 ? OptionalLong.empty() : OptionalLong.of(index),
        service(id, "10.0.0." + (1 + random.nextInt(3))));
  }

  private static Service[] latest(List<Service> words, Service last) {
    Map<ServiceId, Service> latest = new TreeMap<>();
    words.forEach(word -> latest.put(word.id(), word));
    latest.put(last.id(), last);
    return latest.values().toArray(Service[]::new);
  }
}
