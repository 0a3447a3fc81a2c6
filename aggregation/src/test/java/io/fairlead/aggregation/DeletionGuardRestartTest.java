package io.fairlead.aggregation;

import static io.fairlead.aggregation.GuardedRegistry.CONFIRM;
import static io.fairlead.aggregation.GuardedRegistry.name;
import static io.fairlead.aggregation.GuardedRegistry.services;
import static io.fairlead.aggregation.GuardedRegistry.shrunk;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.guard.HeldService;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first whole view after a start against what the store has. 20 services, 40 endpoints. */
class DeletionGuardRestartTest {
  private GuardedRegistry registry = new GuardedRegistry();
  private Map<String, String> before = Map.of();
  private Map<String, String> versions = Map.of();

  @BeforeEach
  void fill() {
    registry.resync(services(0, 20));
    before = registry.served();
    versions = registry.world.versions();
    registry = registry.restarted();
  }

  @AfterEach
  void everythingServedIsValid() {
    GuardedRegistry.assertValid(registry.world);
  }

  @Test
  void smallLoss_passes() {
    registry.resync(services(5, 20));
    assertThat(registry.served()).hasSize(15);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void largeLoss_isHeldUntilItIsConfirmed() {
    registry.resync(services(10, 20));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.world.versions()).isEqualTo(versions);
    assertThat(registry.guard().held().get(0))
        .isEqualTo(new HeldService(ServiceId.of("s00"), 2, 0, true, World.NOW));
    assertThat(registry.guard().services()).isEqualTo(20);
    assertThat(registry.guard().endpoints()).isEqualTo(40);
    registry.readFor(CONFIRM);
    assertThat(registry.served()).hasSize(10);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void shrunkServices_areServedWithWhatTheyHad_byteForByte() {
    registry.resync(IntStream.range(0, 20).mapToObj(GuardedRegistry::shrunk).toList());
    assertThat(registry.world.versions()).isEqualTo(versions);
    assertThat(registry.guard().heldEndpoints()).isEqualTo(20);
    assertThat(registry.guard().held().get(0).service()).isEqualTo(ServiceId.of("s00"));
    registry.readFor(CONFIRM);
    assertThat(registry.served()).containsEntry("mesh/s07.test", "a 10.0.7.1").hasSize(20);
  }

  @Test
  void servicesWithoutInstances_areHeldAndComeBack() {
    registry.resync(IntStream.range(0, 20).mapToObj(i -> Given.service(name(i))).toList());
    assertThat(registry.world.versions()).isEqualTo(versions);
    registry.resync(IntStream.range(0, 20).mapToObj(i -> Given.unready(name(i))).toList());
    assertThat(registry.served()).isEqualTo(before);
    registry.change(shrunk(0));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guard().heldServices()).isEqualTo(20);
    registry.resync(services(0, 20));
    assertThat(registry.world.versions()).isEqualTo(versions);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void goneServices_comeBackPartly() {
    registry.resync(services(10, 20));
    registry.change(Given.service(name(0), "10.2.0.1"));
    assertThat(registry.served()).containsEntry("mesh/s00.test", "a 10.0.0.1,10.0.0.2,10.2.0.1");
    registry.change(GuardedRegistry.whole(1));
    assertThat(registry.guard().heldServices()).isEqualTo(9);
    registry.world.registries.approve(registry.guard().id());
    registry.world.settle();
    assertThat(registry.served()).hasSize(12).containsEntry("mesh/s00.test", "a 10.2.0.1");
  }

  @Test
  void whatWasHeld_isHeldAgainByTheNextProcess() {
    registry.resync(services(10, 20));
    registry.readFor(Duration.ofMinutes(4));
    registry = registry.restarted();
    registry.resync(services(10, 20));
    registry.readFor(Duration.ofMinutes(4));
    assertThat(registry.served()).isEqualTo(before);
    registry.readFor(Duration.ofMinutes(1));
    assertThat(registry.served()).hasSize(10);
  }

  @Test
  void rejected_staysUntilItIsGivenAgain() {
    registry.resync(services(10, 20));
    registry.world.registries.reject(registry.guard().id());
    registry.readFor(Duration.ofHours(1));
    assertThat(registry.served()).isEqualTo(before);
    registry.change(shrunk(0));
    registry.readFor(Duration.ofHours(1));
    assertThat(registry.served()).isEqualTo(before);
    registry.resync(services(0, 20));
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void failedReads_holdNothingAndRemoveNothing() {
    registry.fail();
    registry.world.advance(Duration.ofHours(1));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guards()).isEmpty();
    registry.resync(List.of());
    assertThat(registry.served()).isEqualTo(before);
    registry.sink = registry.world.register("a", 1);
    registry.world.registries.reload(Set.of("a"), List.of(), List.of());
    registry.world.settle();
    assertThat(registry.served()).isEmpty();
  }
}
