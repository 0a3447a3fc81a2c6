package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.registry.Availability;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AggregationRestartTest {
  // For how long a host that went keeps its addresses.
  private static final Duration ADDRESS_RETENTION = Duration.ofDays(7);
  private static final VirtualAddresses RANGE = VirtualAddresses.of("241.0.0.0/8");

  private static World restarted(World before) {
    before.close();
    return new World(before.log, RANGE);
  }

  private static World withTwoRegistries() {
    World world = new World();
    world.register("a", 2).resync(fresh(service("web", "10.0.0.1"), service("one", "10.0.0.2")));
    world.register("b", 1).resync(fresh(service("web", "10.0.1.1"), service("two", "10.0.1.2")));
    world.registries.allRegistered();
    world.settle();
    return world;
  }

  @Test
  void restart_servesLastKnownStateAtOnceAndCountsAsSynced() {
    World world = restarted(withTwoRegistries());
    Map<String, String> before = world.served();
    assertThat(before).hasSize(3);
    world.register("a", 2);
    world.register("b", 1);
    assertThat(world.isSynced()).isFalse();
    world.registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isTrue();
    assertThat(world.served()).isEqualTo(before);
    assertThat(world.encoded).isEmpty();
  }

  @Test
  void restart_equalViewsAreSilent() {
    World world = restarted(withTwoRegistries());
    Map<String, String> versions = world.versions();
    int commits = world.log.commits.size();
    RegistrySink a = world.register("a", 2);
    RegistrySink b = world.register("b", 1);
    world.registries.allRegistered();
    b.resync(fresh(service("web", "10.0.1.1"), service("two", "10.0.1.2")));
    world.settle();
    a.resync(fresh(service("one", "10.0.0.2"), service("web", "10.0.0.1")));
    world.settle();
    assertThat(world.versions()).isEqualTo(versions);
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void restart_servicesWithoutInstances_areKeptForTheirTime() {
    World before = new World();
    RegistrySink first = before.register("a", 1);
    first.resync(fresh(service("listed", "10.0.0.1"), service("lost", "10.0.0.2")));
    before.registries.allRegistered();
    before.settle();
    first.changed(service("listed"));
    first.changed(service("lost"));
    before.settle();
    Map<String, String> versions = before.versions();
    assertThat(versions).hasSize(2);

    World world = restarted(before);
    RegistrySink sink = world.register("a", 1);
    world.registries.allRegistered();
    sink.resync(fresh(service("listed")));
    world.settle();
    assertThat(world.versions()).isEqualTo(versions);

    world.advance(Given.KEEP_EMPTY);
    assertThat(world.served()).isEmpty();
  }

  @Test
  void restart_servicesWithoutInstances_thatHaveSomeAgain_areServed() {
    World before = new World();
    RegistrySink first = before.register("a", 1);
    first.resync(fresh(service("web", "10.0.0.1")));
    before.registries.allRegistered();
    before.settle();
    first.changed(service("web"));
    before.settle();

    World world = restarted(before);
    RegistrySink sink = world.register("a", 1);
    world.registries.allRegistered();
    sink.resync(fresh(service("web")));
    world.settle();
    sink.changed(service("web", "10.0.0.7"));
    world.settle();
    world.advance(Given.KEEP_EMPTY);
    assertThat(world.served()).containsExactly(Map.entry("mesh/web.test", "a 10.0.0.7"));
  }

  @Test
  void restart_withdrawnServices_stayWithdrawn() {
    Service down =
        service(
            ServiceId.of("web"), List.of(Given.instance("10.0.0.1", 8080, Availability.UNHEALTHY)));
    World before = new World();
    before.register("a", 1).resync(fresh(down));
    before.registries.allRegistered();
    before.settle();
    before.advance(Given.KEEP_EMPTY);
    assertThat(before.served()).isEmpty();

    World world = restarted(before);
    RegistrySink sink = world.register("a", 1);
    world.registries.allRegistered();
    int commits = world.log.commits.size();
    sink.resync(fresh(down));
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(world.log.commits).hasSizeLessThanOrEqualTo(commits);

    sink.changed(service("web", "10.0.0.1"));
    world.settle();
    assertThat(world.served()).containsExactly(Map.entry("mesh/web.test", "a 10.0.0.1"));
  }

  @Test
  void restart_removalsComeWithTheFirstWholeViewOnly() {
    World world = restarted(withTwoRegistries());
    RegistrySink a = world.register("a", 2);
    RegistrySink b = world.register("b", 1);
    world.registries.allRegistered();
    a.removed(ServiceId.of("one"));
    a.changed(service("new", "10.0.0.5"));
    b.resync(fresh(service("web", "10.0.1.1")));
    world.settle();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/web.test", "a 10.0.0.1", "mesh/one.test", "a 10.0.0.2"));
    a.resync(fresh(service("new", "10.0.0.5")));
    world.settle();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/web.test", "b 10.0.1.1", "mesh/new.test", "a 10.0.0.5"));
  }

  @Test
  void restart_aRegistryThatWasEmptyIsKnown() {
    World before = new World();
    before.register("a", 1).resync(fresh());
    before.settle();
    World world = restarted(before);
    world.register("a", 1);
    world.registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isTrue();
    world.registries.reload(Set.of("a"), List.of(), List.of());
    world.settle();
    World later = restarted(world);
    later.register("a", 1);
    later.registries.allRegistered();
    later.settle();
    assertThat(later.isSynced()).isFalse();
  }

  @Test
  void restart_resourcesOfAnUnconfiguredRegistryGoOnceTheOthersAreSynced() {
    World world = restarted(withTwoRegistries());
    RegistrySink fresh = world.register("c", 1);
    RegistrySink b = world.register("b", 1);
    b.resync(fresh(service("web", "10.0.1.1"), service("two", "10.0.1.2")));
    world.settle();
    // A configured registry has a host before any that is not, whatever that one's priority was.
    assertThat(world.served())
        .isEqualTo(
            Map.of(
                "mesh/web.test", "b 10.0.1.1",
                "mesh/one.test", "a 10.0.0.2",
                "mesh/two.test", "b 10.0.1.2"));
    world.registries.allRegistered();
    world.settle();
    assertThat(world.served()).containsKey("mesh/one.test");
    fresh.resync(fresh(service("three", "10.0.2.1")));
    world.settle();
    assertThat(world.served().keySet())
        .containsExactly("mesh/three.test", "mesh/two.test", "mesh/web.test");
    assertThat(world.log.notes()).doesNotContainKey("registry/a");
  }

  @Test
  void restart_renamedRegistryTakesItsHostsOverWithoutAGap() {
    World world = restarted(withTwoRegistries());
    List<String> address = world.addresses().get("one.test");
    RegistrySink renamed = world.register("renamed", 2);
    world.register("b", 1);
    world.registries.allRegistered();
    world.settle();
    assertThat(world.served()).hasSize(3);
    int commits = world.log.commits.size();
    renamed.resync(fresh(service("one", "10.0.0.2"), service("web", "10.0.0.1")));
    world.settle();
    assertThat(world.served())
        .containsEntry("mesh/one.test", "renamed 10.0.0.2")
        .containsEntry("mesh/web.test", "renamed 10.0.0.1")
        .hasSize(3);
    assertThat(
            world.log.commits.subList(commits, world.log.commits.size()).stream()
                .flatMap(commit -> commit.changes().removals().stream()))
        .isEmpty();
    assertThat(world.addresses()).containsEntry("one.test", address);
  }

  @Test
  void restart_anUnreadRegistryThatLeavesWithdrawsWhatItHad() {
    World world = restarted(withTwoRegistries());
    world.register("a", 2);
    world.register("b", 1);
    world.registries.reload(Set.of("a"), List.of(), List.of());
    world.settle();
    assertThat(world.served().keySet()).containsExactly("mesh/two.test");
  }

  @Test
  void restart_addressesOutliveTheService() {
    World before = withTwoRegistries();
    List<String> address = before.addresses().get("one.test");
    World world = restarted(before);
    RegistrySink a = world.register("a", 2);
    a.resync(fresh(service("web", "10.0.0.1")));
    world.settle();
    World later = restarted(world);
    a = later.register("a", 2);
    a.resync(fresh(service("web", "10.0.0.1"), service("one", "10.0.0.2")));
    later.settle();
    assertThat(later.addresses()).containsEntry("one.test", address);

    a.removed(ServiceId.of("one"));
    later.advance(ADDRESS_RETENTION.minusMinutes(1));
    assertThat(later.log.notes()).containsKey("vip/one.test");
    later.advance(Duration.ofMinutes(1));
    assertThat(later.log.notes()).doesNotContainKey("vip/one.test").containsKey("vip/web.test");
  }

  @Test
  void restart_addressesOfWhatIsServedFromBeforeAreKeptHoweverLongItsRegistryIsDown() {
    World world = restarted(withTwoRegistries());
    world.register("a", 2);
    world.register("b", 1);
    world.registries.allRegistered();
    world.advance(ADDRESS_RETENTION.plusDays(1));
    assertThat(world.log.notes()).containsKeys("vip/web.test", "vip/one.test", "vip/two.test");
  }
}
