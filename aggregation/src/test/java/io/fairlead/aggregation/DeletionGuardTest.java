package io.fairlead.aggregation;

import static io.fairlead.aggregation.GuardedRegistry.CONFIRM;
import static io.fairlead.aggregation.GuardedRegistry.address;
import static io.fairlead.aggregation.GuardedRegistry.name;
import static io.fairlead.aggregation.GuardedRegistry.services;
import static io.fairlead.aggregation.GuardedRegistry.shrunk;
import static io.fairlead.aggregation.GuardedRegistry.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.HeldService;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests of the losses that trip the guard, and of the endpoints served while it holds. 20 services,
 * 40 endpoints.
 */
class DeletionGuardTest {
  private final GuardedRegistry registry = new GuardedRegistry();
  private Map<String, String> before = Map.of();

  @BeforeEach
  void fill() {
    registry.resync(services(0, 20));
    before = registry.served();
    assertThat(before).hasSize(20);
  }

  @AfterEach
  void everythingServedIsValid() {
    GuardedRegistry.assertValid(registry.world);
  }

  @Test
  void emptyView_isHeldWhole() {
    int commits = registry.world.log.commits.size();
    registry.resync(List.of());
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.world.log.commits).hasSize(commits);
    GuardStatus guard = registry.guard();
    assertThat(guard.id()).matches("a-[0-9a-f]{8}");
    assertThat(guard.registry()).isEqualTo("a");
    assertThat(guard.state()).isEqualTo(GuardStatus.State.HOLDING);
    assertThat(guard.since()).isEqualTo(World.NOW);
    assertThat(guard.confirmsAt()).contains(World.NOW.plus(CONFIRM));
    assertThat(guard.heldServices()).isEqualTo(20);
    assertThat(guard.heldEndpoints()).isEqualTo(40);
    assertThat(guard.services()).isEqualTo(20);
    assertThat(guard.endpoints()).isEqualTo(40);
    assertThat(guard.held().get(3))
        .isEqualTo(new HeldService(ServiceId.of("s03"), 2, 0, true, World.NOW));
    assertThat(registry.world.outcomes("a").values()).containsOnly(ServiceStatus.HELD);
  }

  @Test
  void smallLoss_passesAtOnceAndUntouched() {
    registry.resync(services(4, 20));
    assertThat(registry.served().keySet()).hasSize(16);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void loss_upToTheShareOrBelowTheLeastNumberPasses() {
    // 12 of 40 endpoints are the share of 30 %, and 6 of 20 services.
    registry.resync(services(6, 20));
    assertThat(registry.served()).hasSize(14);
    assertThat(registry.guards()).isEmpty();
  }

  /** A deployment of the whole fleet that starts each new instance before it ends the old one. */
  @Test
  void services_thatGrowBeforeTheyShrink_haveLostNothing() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20; i++) {
        registry.change(
            Given.service(name(i), "10.1." + round + "." + i, "10.2.0." + i, "10.3.0.1"));
        registry.change(Given.service(name(i), "10.1." + round + "." + i, "10.2.0." + i));
      }
    }
    assertThat(registry.guards()).isEmpty();
    // What they had before is another matter.
    registry.resync(List.of());
    assertThat(registry.guard().heldEndpoints()).isEqualTo(40);
  }

  /** What a service grew by covers its own loss only, and only for the window. */
  @Test
  void growth_coversNeitherOthersNorForLong() {
    for (int i = 0; i < 20; i++) {
      registry.change(Given.service(name(i), address(i, 1), address(i, 2), address(i, 3)));
    }
    registry.world.advance(CONFIRM);
    registry.sink.alive();
    registry.resync(IntStream.range(0, 20).mapToObj(GuardedRegistry::shrunk).toList());
    assertThat(registry.guard().heldEndpoints()).isEqualTo(40);
  }

  @Test
  void fewServices_mayAllGo() {
    GuardedRegistry small = new GuardedRegistry();
    small.resync(services(0, 2));
    small.resync(List.of());
    assertThat(small.served()).isEmpty();
    assertThat(small.guards()).isEmpty();
  }

  @Test
  void endpoints_countByThemselves() {
    registry.resync(IntStream.range(0, 20).mapToObj(i -> i < 13 ? shrunk(i) : whole(i)).toList());
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guard().heldServices()).isEqualTo(13);
    assertThat(registry.guard().heldEndpoints()).isEqualTo(13);
    assertThat(registry.guard().held().get(0).gone()).isFalse();
  }

  @Test
  void redeployment_isNoLoss() {
    List<Service> moved = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      moved.add(Given.service(name(i), "10.1." + i + ".1", "10.1." + i + ".2"));
    }
    registry.resync(moved);
    assertThat(registry.served()).containsEntry("mesh/s00.test", "a 10.1.0.1,10.1.0.2");
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void swappedRegistry_isALoss_andTheNewServicesAppear() {
    registry.resync(services(50, 70));
    assertThat(registry.served()).hasSize(40).containsAllEntriesOf(before);
    assertThat(registry.guard().heldServices()).isEqualTo(20);
  }

  @Test
  void singleRemovals_areHeldFromTheOneThatIsTooMuch() {
    for (int i = 0; i < 20; i++) {
      registry.sink.removed(ServiceId.of(name(i)));
      registry.world.settle();
    }
    // 6 of 20 services are the share; the seventh is more.
    assertThat(registry.served()).hasSize(14);
    assertThat(registry.guard().heldServices()).isEqualTo(14);
    assertThat(registry.guard().services()).isEqualTo(20);
  }

  @Test
  void singleRemovals_spreadOverMoreThanTheWindow_pass() {
    for (int i = 0; i < 20; i++) {
      registry.sink.removed(ServiceId.of(name(i)));
      registry.readFor(Duration.ofMinutes(3));
    }
    assertThat(registry.served()).isEmpty();
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void emptyPushes_countLikeRemovals() {
    for (int i = 0; i < 20; i++) {
      registry.change(Given.service(name(i)));
    }
    assertThat(registry.served().values()).filteredOn(each -> each.length() > 2).hasSize(14);
    assertThat(registry.guard().held()).isNotEmpty().noneMatch(HeldService::gone);
  }

  @Test
  void lostHealth_isServedWithItsOldEndpoints() {
    registry.resync(IntStream.range(0, 20).mapToObj(i -> Given.unready(name(i))).toList());
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.world.outcomes("a").values()).containsOnly(ServiceStatus.HELD);
  }

  @Test
  void whatCameBack_isNoLossAnyMore() {
    for (int round = 0; round < 10; round++) {
      registry.resync(services(5, 20));
      assertThat(registry.served()).hasSize(15);
      registry.resync(services(0, 20));
      assertThat(registry.served()).isEqualTo(before);
    }
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void additionsAndChanges_goThroughWhileHeld() {
    registry.resync(List.of());
    registry.change(Given.service("new", "10.2.0.1"));
    registry.change(Given.service(name(1), "10.2.0.2"));
    assertThat(registry.served())
        .hasSize(21)
        .containsEntry("mesh/new.test", "a 10.2.0.1")
        .containsEntry("mesh/s01.test", "a 10.0.1.1,10.0.1.2,10.2.0.2");
    registry.change(Given.service(name(1), "10.2.0.2", "10.2.0.3"));
    assertThat(registry.served()).containsEntry("mesh/s01.test", "a 10.2.0.2,10.2.0.3");
    assertThat(registry.guard().heldServices()).isEqualTo(19);
  }

  @Test
  void laterLosses_areHeldHoweverSmall_untilTheFirstAreDecided() {
    registry.resync(services(10, 20));
    registry.sink.removed(ServiceId.of(name(10)));
    registry.world.settle();
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guard().heldServices()).isEqualTo(11);
  }

  @Test
  void laterLosses_onceTheFirstWereDecided_passIfSmall() {
    registry.resync(services(10, 20));
    registry.readFor(Duration.ofMinutes(4));
    registry.change(shrunk(11));
    registry.readFor(Duration.ofMinutes(2));
    assertThat(registry.guard().held()).hasSize(1);
    registry.change(shrunk(12));
    assertThat(registry.served())
        .containsEntry("mesh/s11.test", before.get("mesh/s11.test"))
        .containsEntry("mesh/s12.test", "a 10.0.12.1");
  }

  @Test
  void heldService_thatShrinksOn_isServedWithAllThatIsMissing() {
    registry.resync(List.of());
    registry.change(Given.service(name(0), "10.2.0.1"));
    registry.sink.removed(ServiceId.of(name(0)));
    registry.world.settle();
    assertThat(registry.served()).containsEntry("mesh/s00.test", "a 10.0.0.1,10.0.0.2,10.2.0.1");
    // Redeployed again and again it does not grow without end.
    for (int i = 2; i < 9; i++) {
      registry.change(Given.service(name(0), "10.2.0." + i));
      registry.change(Given.service(name(0)));
    }
    assertThat(registry.served()).containsEntry("mesh/s00.test", "a 10.2.0.6,10.2.0.7,10.2.0.8");
  }

  @Test
  void leavingRegistry_takesTheGuardWithIt() {
    registry.resync(List.of());
    String id = registry.guard().id();
    registry.world.registries.reload(Set.of("a"), List.of(), List.of());
    registry.world.settle();
    assertThat(registry.served()).isEmpty();
    assertThat(registry.guards()).isEmpty();
    assertThat(registry.world.registries.approve(id)).isFalse();
  }

  @Test
  void replacedRegistration_staysGuarded() {
    registry.sink = registry.world.register("a", 2);
    registry.resync(services(0, 3));
    assertThat(registry.served()).isEqualTo(before);
    registry.sink = registry.world.register("a", 3);
    registry.world.settle();
    assertThat(registry.guard().heldServices()).isEqualTo(17);
    assertThat(registry.guard().confirmsAt()).isEmpty();
    registry.resync(services(0, 20));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void firstSyncWithoutLastKnownState_cannotTrip() {
    GuardedRegistry fresh = new GuardedRegistry();
    fresh.resync(List.of());
    assertThat(fresh.guards()).isEmpty();
  }

  @Test
  void guardThatIsOff_holdsNothing() {
    World world = new World();
    var sink = world.register("a", 1);
    sink.resync(new ReadOutcome.Fresh(services(0, 20)));
    sink.resync(Given.fresh());
    world.settle();
    assertThat(world.served()).isEmpty();
  }
}
