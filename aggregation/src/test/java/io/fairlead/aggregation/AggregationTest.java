package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static io.fairlead.aggregation.Given.unready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.conversion.Finding;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.conversion.PortRule;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregationTest {
  private final World world = new World();
  private final Registries registries = world.registries;

  @AfterEach
  void theLogHoldsWhatIsServed() {
    assertThat(world.log.load().resources()).hasSize(world.store.current().size(CompactEntry.TYPE));
  }

  private static RegistryStatus only(List<RegistryStatus> statuses) {
    assertThat(statuses).hasSize(1);
    return statuses.get(0);
  }

  @Test
  void resync_replacesTheWholeContributionInOneCommitAtOnce() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.2")));
    world.thread.runWaiting();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/one.test", "a 10.0.0.1", "mesh/two.test", "a 10.0.0.2"));
    int commits = world.log.commits.size();
    sink.resync(fresh(service("two", "10.0.0.2"), service("three", "10.0.0.3")));
    world.thread.runWaiting();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/two.test", "a 10.0.0.2", "mesh/three.test", "a 10.0.0.3"));
    assertThat(world.log.commits).hasSize(commits + 1);
  }

  @Test
  void resync_equalViewCommitsNothing() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.2", "10.0.0.3")));
    world.settle();
    int commits = world.log.commits.size();
    sink.resync(fresh(service("two", "10.0.0.3", "10.0.0.2"), service("one", "10.0.0.1")));
    sink.changed(service("one", "10.0.0.1"));
    world.settle();
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void changed_isServedAtOnceAndWhatFollowsCloselyAfterTheQuietTime() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh());
    world.settle();
    sink.changed(service("one", "10.0.0.1"));
    world.thread.runWaiting();
    assertThat(world.served()).containsEntry("mesh/one.test", "a 10.0.0.1");
    world.thread.advance(Duration.ofMillis(50));
    sink.changed(service("one", "10.0.0.2"));
    world.thread.advance(Duration.ofMillis(50));
    assertThat(world.served()).containsEntry("mesh/one.test", "a 10.0.0.1");
    world.thread.advance(Duration.ofMillis(50));
    assertThat(world.served()).containsEntry("mesh/one.test", "a 10.0.0.2");
    sink.removed(ServiceId.of("one"));
    sink.removed(ServiceId.of("unknown"));
    world.settle();
    assertThat(world.served()).isEmpty();
  }

  @Test
  void changed_beforeTheFirstWholeViewIsNotServed() {
    RegistrySink sink = world.register("a", 1);
    sink.changed(service("one", "10.0.0.1"));
    world.settle();
    assertThat(world.served()).isEmpty();
    sink.changed(service("early", "10.0.0.1"));
    sink.resync(fresh(service("one", "10.0.0.1")));
    sink.changed(service("late", "10.0.0.2"));
    world.settle();
    assertThat(world.served().keySet()).containsExactly("mesh/late.test", "mesh/one.test");
  }

  @Test
  void failures_touchNothingButTheStatus() {
    RegistrySink sink = world.register("a", 1);
    assertThat(only(registries.statuses()).lastSuccess()).isNull();
    sink.resync(fresh(service("one", "10.0.0.1"), service("none")));
    world.settle();
    int commits = world.log.commits.size();
    sink.resync(new ReadOutcome.Failed("no leader at 10.0.0.9", new IOException("500")));
    RegistryStatus failed = only(registries.statuses());
    assertThat(failed.problem()).isEqualTo("no leader at 10.0.0.9");
    assertThat(failed.lastSuccess()).isEqualTo(World.NOW);
    assertThat(failed.services()).isEqualTo(2);
    assertThat(failed.instances()).isEqualTo(1);
    assertThat(failed.refused()).isEqualTo(1);
    assertThat(failed.findings()).isEqualTo(Map.of(Reason.NO_PORT, 1));
    sink.changed(service("one", "10.0.0.1"));
    assertThat(only(registries.statuses()).problem()).isNotNull();
    sink.alive();
    assertThat(only(registries.statuses()).problem()).isNull();
    sink.failing("one service", new IOException("reset"));
    assertThat(only(registries.statuses()).problem()).isEqualTo("one service");
    sink.resync(fresh(service("one", "10.0.0.1"), service("none")));
    assertThat(only(registries.statuses()).problem()).isNull();
    world.settle();
    assertThat(world.log.commits).hasSize(commits);
  }

  @Test
  void merge_higherPriorityWinsWholeAndGivesWayWhenItGoes() {
    RegistrySink low = world.register("low", 1);
    RegistrySink high = world.register("high", 2);
    low.resync(fresh(service("web", "10.0.0.1"), service("own", "10.0.0.9")));
    high.resync(fresh(service("web", "10.0.1.1")));
    world.settle();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/web.test", "high 10.0.1.1", "mesh/own.test", "low 10.0.0.9"));
    assertThat(world.outcomes("low"))
        .isEqualTo(Map.of("web", ServiceStatus.SHADOWED, "own", ServiceStatus.SERVED));
    assertThat(registries.reports("low").get(1).shadowedBy()).isEqualTo("high");
    assertThat(registries.shadowed()).isEqualTo(Map.of("low", 1, "high", 0));
    List<String> address = world.addresses().get("web.test");

    high.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "low 10.0.0.1");
    assertThat(world.addresses()).containsEntry("web.test", address);
    assertThat(world.outcomes("low")).containsEntry("web", ServiceStatus.SERVED);
    assertThat(registries.shadowed()).isEqualTo(Map.of("low", 0, "high", 0));

    high.changed(service("web", "10.0.1.2"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "high 10.0.1.2");
    registries.reload(Set.of("high"), List.of(), List.of());
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "low 10.0.0.1");
    assertThat(world.addresses()).containsEntry("web.test", address);
  }

  @Test
  void merge_equalPrioritiesAreSettledByName() {
    for (String name : List.of("c", "a", "b")) {
      world.register(name, 7).resync(fresh(service("web", "10.0.0.1")));
    }
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "a 10.0.0.1"));
  }

  @Test
  void merge_anEmptyServiceOfTheWinnerStillWinsUntilItIsWithdrawn() {
    RegistrySink low = world.register("low", 1);
    RegistrySink high = world.register("high", 2);
    low.resync(fresh(service("web", "10.0.0.1")));
    high.resync(fresh(service("web", "10.0.1.1")));
    high.changed(service("web"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "high "));
    world.advance(Given.KEEP_EMPTY);
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "low 10.0.0.1"));
  }

  @Test
  void merge_isByHostOverNamespaces() {
    RegistrySink low =
        registries.register(
            new RegistrySettings(
                "low",
                1,
                Given.policy("low").namespace(HostTemplate.parse("other")).build(),
                Given.KEEP_EMPTY));
    RegistrySink high = world.register("high", 2);
    low.resync(fresh(service("web", "10.0.0.1")));
    world.settle();
    assertThat(world.served().keySet()).containsExactly("other/web.test");
    List<String> address = world.addresses().get("web.test");
    high.resync(fresh(service("web", "10.0.1.1")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "high 10.0.1.1"));
    assertThat(world.addresses()).containsEntry("web.test", address);
  }

  @Test
  void collision_lowestIdKeepsTheHostAndTheSetIsWhatCounts() {
    RegistrySink sink = world.register("a", 1);
    ServiceId first = new ServiceId("", "alpha", "web");
    ServiceId second = new ServiceId("", "beta", "web");
    ServiceId third = new ServiceId("", "gamma", "web");
    sink.resync(fresh(service(third, "10.0.0.3"), service(second, "10.0.0.2")));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.2").hasSize(2);
    Map<String, String> two = world.versions();
    sink.changed(service(first, "10.0.0.1"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.1").hasSize(3);
    assertThat(registries.reports("a"))
        .satisfiesExactly(
            report -> {
              assertThat(report.service()).isEqualTo(first);
              assertThat(report.findings())
                  .extracting(Finding::reason)
                  .containsExactly(Reason.HOST_CONTESTED);
              assertThat(report.host()).isEqualTo("web.test");
            },
            report -> {
              assertThat(report.service()).isEqualTo(second);
              assertThat(report.host()).startsWith("web-").isNotEqualTo("web.test");
              assertThat(report.findings().get(0).reason()).isEqualTo(Reason.HOST_COLLISION);
            },
            report -> assertThat(report.status()).isEqualTo(ServiceStatus.SERVED));
    assertThat(only(registries.statuses()).findings())
        .isEqualTo(Map.of(Reason.HOST_COLLISION, 2, Reason.HOST_CONTESTED, 1));
    sink.removed(first);
    world.settle();
    assertThat(world.versions()).isEqualTo(two);
    assertThat(only(registries.statuses()).findings())
        .isEqualTo(Map.of(Reason.HOST_COLLISION, 1, Reason.HOST_CONTESTED, 1));
    sink.removed(second);
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "a 10.0.0.3"));
    assertThat(only(registries.statuses()).findings()).isEmpty();
  }

  @Test
  void empty_keepsTheLastEntryWithoutEndpointsThenWithdrawsIt() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("web", "10.0.0.1"), service("other", "10.0.0.2")));
    world.settle();
    ServiceEntry before = world.entry("web.test");

    sink.changed(service("web"));
    world.settle();
    assertThat(world.entry("web.test")).isEqualTo(before.toBuilder().clearEndpoints().build());
    assertThat(world.outcomes("a")).containsEntry("web", ServiceStatus.KEPT_EMPTY);
    assertThat(only(registries.statuses()).refused()).isZero();

    // Whatever is said meanwhile: the time runs from when it became empty.
    world.advance(Duration.ofMinutes(3));
    sink.changed(unready("web"));
    sink.resync(fresh(service("web"), service("other", "10.0.0.2")));
    world.advance(Duration.ofSeconds(100));
    assertThat(world.served()).containsKey("mesh/web.test");
    world.advance(Duration.ofSeconds(20));
    assertThat(world.served()).isEqualTo(Map.of("mesh/other.test", "a 10.0.0.2"));
    assertThat(world.outcomes("a")).containsEntry("web", ServiceStatus.WITHDRAWN);

    sink.changed(unready("web"));
    world.settle();
    assertThat(world.served()).doesNotContainKey("mesh/web.test");
    sink.changed(service("web", "10.0.0.7"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.7");
    assertThat(world.entry("web.test").getAddressesList()).isEqualTo(before.getAddressesList());
    sink.changed(service("web"));
    world.advance(Given.KEEP_EMPTY.minusSeconds(5));
    assertThat(world.served()).containsKey("mesh/web.test");
  }

  @Test
  void empty_whenItReturnsInTimeTheTimerIsVoid() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("web", "10.0.0.1")));
    sink.changed(service("web"));
    world.advance(Duration.ofMinutes(4));
    sink.changed(service("web", "10.0.0.1"));
    world.advance(Duration.ofMinutes(4));
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.1");
    sink.changed(service("web"));
    world.advance(Duration.ofMinutes(4));
    assertThat(world.served()).containsEntry("mesh/web.test", "a ");
    world.advance(Duration.ofMinutes(1));
    assertThat(world.served()).isEmpty();
    assertThat(world.thread.waitingTimers()).isLessThanOrEqualTo(3);
  }

  @Test
  void empty_firstSeenSoIsServedForItsTimeIfItHasAPort() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(unready("port"), service("none")));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/port.test", "a "));
    assertThat(world.outcomes("a"))
        .isEqualTo(Map.of("port", ServiceStatus.KEPT_EMPTY, "none", ServiceStatus.REFUSED));
    world.advance(Given.KEEP_EMPTY);
    assertThat(world.served()).isEmpty();
  }

  @Test
  void empty_instancesWithoutUsablePortsCountAsEmpty() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("web", "10.0.0.1")));
    sink.changed(
        service(ServiceId.of("web"), List.of(Given.instance("10.0.0.1", 0, Availability.READY))));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/web.test", "a "));
  }

  @Test
  void empty_removedGoesAtOnce() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("web", "10.0.0.1"), service("web2", "10.0.0.1")));
    sink.changed(service("web"));
    sink.changed(service("web2"));
    world.settle();
    sink.removed(ServiceId.of("web"));
    world.settle();
    assertThat(world.served().keySet()).containsExactly("mesh/web2.test");
    sink.resync(fresh());
    world.settle();
    assertThat(world.served()).isEmpty();
  }

  @Test
  void registerAgain_keepsTheContributionUntilTheNewWholeView() {
    RegistrySink old = world.register("a", 1);
    registries.allRegistered();
    old.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.2")));
    world.settle();
    RegistrySink renewed =
        registries.register(
            new RegistrySettings(
                "a",
                1,
                Given.policy("a").port(new PortRule.Fixed(9090)).build(),
                Given.KEEP_EMPTY));
    world.settle();
    assertThat(world.isSynced()).isTrue();
    old.resync(fresh());
    old.removed(ServiceId.of("one"));
    renewed.changed(service("one"));
    world.settle();
    assertThat(world.served()).hasSize(2);
    renewed.resync(fresh(service("two", "10.0.0.2"), service("three")));
    world.settle();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/three.test", "a ", "mesh/two.test", "a 10.0.0.2"));
    assertThat(world.entry("two.test").getPorts(0).getNumber()).isEqualTo(9090);
  }

  @Test
  void registerAgain_withAnotherPriorityMergesAnewAtOnce() {
    world.register("a", 2).resync(fresh(service("web", "10.0.0.1")));
    world.register("b", 1).resync(fresh(service("web", "10.0.0.2")));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/web.test", "a 10.0.0.1");
    world.register("b", 3);
    assertThat(world.served()).containsEntry("mesh/web.test", "b 10.0.0.2");
  }

  @Test
  void reload_ofLeavingOnesAloneWithdrawsAllInOneCommitAndIgnoresTheSink() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.2")));
    world.settle();
    int commits = world.log.commits.size();
    sink.changed(service("three", "10.0.0.3"));
    registries.reload(Set.of("a"), List.of(), List.of());
    registries.reload(Set.of("unknown"), List.of(), List.of());
    world.thread.runWaiting();
    assertThat(world.served()).isEmpty();
    assertThat(world.log.commits).hasSize(commits + 1);
    sink.resync(fresh(service("one", "10.0.0.1")));
    sink.changed(service("one", "10.0.0.1"));
    sink.failing("late", new IOException());
    world.settle();
    assertThat(world.served()).isEmpty();
    assertThat(registries.statuses()).isEmpty();
    assertThat(registries.reports("a")).isEmpty();
  }

  @Test
  void register_refusesANameThatIsTheSameLabel() {
    registries.register(Given.registry("a b", 1));
    assertThatThrownBy(() -> registries.register(Given.registry("a-b", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a b");
  }

  @Test
  void settings_refuseWhatCannotBe() {
    assertThatThrownBy(
            () -> new RegistrySettings("x", 1, Given.policy("y").build(), Given.KEEP_EMPTY))
        .hasMessageContaining("x");
    assertThatThrownBy(
            () -> new RegistrySettings("x", 1, Given.policy("x").build(), Duration.ofSeconds(-1)))
        .hasMessageContaining("PT-1S");
  }

  @Test
  void synced_onceEveryRegistryHasBeenReadAndTheSnapshotShowsIt() {
    List<String> told = new ArrayList<>();
    world.whenReady(() -> told.add("first with " + world.served().size()));
    RegistrySink a = world.register("a", 1);
    RegistrySink b = world.register("b", 1);
    a.resync(fresh(service("one", "10.0.0.1")));
    world.settle();
    registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isFalse();
    b.resync(new ReadOutcome.Failed("down", new IOException()));
    world.settle();
    assertThat(world.isSynced()).isFalse();

    // A disk that cannot be written holds up nobody.
    world.log.failuresToCome = 1;
    b.resync(fresh(service("two", "10.0.0.2")));
    world.thread.runWaiting();
    assertThat(world.isSynced()).isTrue();
    assertThat(told).containsExactly("first with 2");
    assertThat(world.store.durability().durable()).isFalse();
    world.advance(Duration.ofSeconds(1));
    world.whenReady(() -> told.add("second"));
    assertThat(told).containsExactly("first with 2", "second");
  }

  @Test
  void synced_notBeforeAllAreRegistered() {
    world.register("a", 1).resync(fresh());
    world.settle();
    assertThat(world.isSynced()).isFalse();
    registries.allRegistered();
    world.settle();
    assertThat(world.isSynced()).isTrue();
  }

  @Test
  void synced_aListenerThatFailsDoesNotHurtTheOthers() {
    List<String> told = new ArrayList<>();
    world.whenReady(
        () -> {
          throw new IllegalStateException("listener");
        });
    world.whenReady(() -> told.add("second"));
    registries.allRegistered();
    world.settle();
    assertThat(told).containsExactly("second");
  }

  @Test
  void encoding_aHostThatFailsKeepsItsLastStateAndHoldsBackNobody() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("bad", "10.0.0.1"), service("good", "10.0.0.1")));
    world.settle();
    world.unencodable.add("bad.test");
    sink.resync(fresh(service("bad", "10.0.0.2"), service("good", "10.0.0.2")));
    world.settle();
    assertThat(world.served())
        .isEqualTo(Map.of("mesh/bad.test", "a 10.0.0.1", "mesh/good.test", "a 10.0.0.2"));
    world.unencodable.clear();
    sink.changed(service("bad", "10.0.0.3"));
    world.settle();
    assertThat(world.served()).containsEntry("mesh/bad.test", "a 10.0.0.3");
  }

  @Test
  void brokenDisk_changesAreServedAndWrittenLater() {
    RegistrySink sink = world.register("a", 1);
    world.log.failuresToCome = 3;
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.2")));
    world.settle();
    sink.changed(service("one", "10.0.0.9"));
    sink.removed(ServiceId.of("two"));
    world.settle();
    assertThat(world.served()).isEqualTo(Map.of("mesh/one.test", "a 10.0.0.9"));
    assertThat(world.log.commits).isEmpty();
    assertThat(world.store.durability().durable()).isFalse();
    world.advance(Duration.ofSeconds(10));
    assertThat(world.store.durability().durable()).isTrue();
    assertThat(world.log.commits).hasSize(1);
    assertThat(world.log.notes()).containsKey("vip/one.test");
  }

  @Test
  void cost_oneChangeAmongTenThousandEncodesOneResource() {
    RegistrySink sink = world.register("a", 1);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      services.add(service("s" + i, "10.0." + i / 250 + "." + (1 + i % 250)));
    }
    sink.resync(new ReadOutcome.Fresh(services));
    world.settle();
    assertThat(world.encoded).hasSize(10_000);
    world.encoded.clear();
    sink.changed(service("s77", "10.9.9.9"));
    world.settle();
    assertThat(world.encoded).containsExactly("s77.test");
    assertThat(world.log.commits.get(world.log.commits.size() - 1).changes().puts()).hasSize(1);
    world.encoded.clear();
    sink.resync(new ReadOutcome.Fresh(services));
    world.settle();
    assertThat(world.encoded).containsExactly("s77.test");
    assertThat(world.addresses().values().stream().distinct()).hasSize(10_000);
  }

  @Test
  void close_commitsWhatIsPending() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh());
    world.settle();
    sink.changed(service("one", "10.0.0.1"));
    world.close();
    assertThat(world.served()).hasSize(1);
    sink.changed(service("two", "10.0.0.1"));
    world.close();
    assertThat(world.served()).hasSize(1);
  }
}
