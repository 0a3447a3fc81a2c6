package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static io.fairlead.aggregation.GuardedRegistry.services;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Changes of guard and damping in a running gateway, while something is held. */
class ReloadedOptionsTest {
  private static final VirtualAddresses RANGE = VirtualAddresses.of("241.0.0.0/8");

  @Nested
  class Guard {
    private final GuardedRegistry registry = new GuardedRegistry();
    private final Map<String, String> before;

    Guard() {
      registry.resync(services(0, 20));
      before = registry.served();
    }

    private void use(double share, int atLeast, Duration confirmAfter) {
      registry.world.registries.use(
          AggregationOptions.of(RANGE)
              .with(new GuardPolicy(share, atLeast, confirmAfter))
              .with(DampingPolicy.OFF));
      registry.world.settle();
    }

    @Test
    void widerShare_letsGoWhatIsWithinIt() {
      registry.resync(services(10, 20));
      assertThat(registry.guard().heldServices()).isEqualTo(10);

      use(0.6, 5, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).hasSize(10);
      assertThat(registry.guards()).isEmpty();
    }

    @Test
    void shareOfOne_turnsTheGuardOff() {
      registry.resync(List.of());
      assertThat(registry.served()).isEqualTo(before);

      use(1, 5, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).isEmpty();
    }

    @Test
    void widerShare_thatTheLossStillExceeds_goesOnHoldingFromTheSameTime() {
      registry.resync(services(10, 20));
      registry.readFor(GuardedRegistry.CONFIRM.minusMinutes(1));
      String id = registry.guard().id();

      use(0.4, 5, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).isEqualTo(before);
      assertThat(registry.guard().id()).isEqualTo(id);
      registry.readFor(Duration.ofMinutes(1));
      assertThat(registry.served()).hasSize(10);
    }

    @Test
    void higherLeastNumber_letsGoWhatIsBelowIt() {
      registry.resync(services(10, 20));

      use(0.3, 100, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).hasSize(10);
    }

    @Test
    void whatTheWiderLimitsLetGo_countsForTheNextLoss() {
      registry.resync(services(10, 20));
      use(0.6, 5, GuardedRegistry.CONFIRM);

      registry.resync(services(15, 20));

      assertThat(registry.guard().heldServices()).isEqualTo(5);
      assertThat(registry.served()).hasSize(10);
    }

    @Test
    void shorterConfirmation_countsFromWhenTheLossWasSeenFirst() {
      registry.resync(services(10, 20));
      registry.readFor(Duration.ofMinutes(2));
      assertThat(registry.served()).isEqualTo(before);

      use(0.3, 5, Duration.ofMinutes(1));

      assertThat(registry.served()).hasSize(10);
    }

    @Test
    void longerConfirmation_goesOnHolding() {
      registry.resync(services(10, 20));
      registry.readFor(GuardedRegistry.CONFIRM.minusMinutes(1));

      use(0.3, 5, GuardedRegistry.CONFIRM.multipliedBy(2));

      registry.readFor(GuardedRegistry.CONFIRM);
      assertThat(registry.served()).isEqualTo(before);
      registry.readFor(Duration.ofMinutes(1));
      assertThat(registry.served()).hasSize(10);
    }

    @Test
    void otherConfirmation_letsGoNothingThatHasBecomeSmall() {
      registry.resync(services(10, 20));
      registry.resync(services(2, 20));
      assertThat(registry.guard().heldServices()).isEqualTo(2);

      use(0.3, 5, GuardedRegistry.CONFIRM.plusMinutes(1));

      assertThat(registry.served()).isEqualTo(before);
    }

    @Test
    void narrowerLimits_bringNothingBack_andHoldWhatComes() {
      registry.resync(services(4, 20));
      assertThat(registry.served()).hasSize(16);

      use(0.1, 2, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).hasSize(16);
      registry.resync(services(5, 20));
      assertThat(registry.guard().heldServices()).isEqualTo(1);
      assertThat(registry.served()).hasSize(16);
    }

    @Test
    void rejectedLoss_staysUnderAnyPolicy() {
      registry.resync(services(10, 20));
      registry.world.registries.reject(registry.guard().id());
      registry.world.settle();

      use(1, 5, Duration.ofMillis(1));

      assertThat(registry.guard().state()).isEqualTo(GuardStatus.State.REJECTED);
      assertThat(registry.served()).isEqualTo(before);
    }

    @Test
    void whatWaitsForARegistryToBeRead_goesOnWaiting() {
      registry.world.registries.reload(Set.of("a"), List.of(), List.of(Given.registry("b", 1)));
      registry.world.settle();
      assertThat(registry.guard().state()).isEqualTo(GuardStatus.State.WAITING);

      use(1, 5, GuardedRegistry.CONFIRM);

      assertThat(registry.served()).isEqualTo(before);
    }

    @Test
    void registryThatComesLater_isGuardedByTheNewPolicy() {
      use(0.1, 2, GuardedRegistry.CONFIRM);
      RegistrySink b = registry.world.register("b", 1);
      b.resync(fresh(service("x", "10.1.0.1"), service("y", "10.1.0.2"), service("z", "10.1.0.3")));
      registry.world.settle();

      b.resync(fresh(service("x", "10.1.0.1")));
      registry.world.settle();

      assertThat(registry.guard().registry()).isEqualTo("b");
    }

    @Test
    void samePolicy_commitsNothing() {
      registry.resync(services(10, 20));
      int commits = registry.world.log.commits.size();

      use(0.3, 5, GuardedRegistry.CONFIRM);

      assertThat(registry.world.log.commits).hasSize(commits);
      assertThat(registry.guard().heldServices()).isEqualTo(10);
    }
  }

  @Nested
  class Damping {
    private static final String WEB = "mesh/web.test";
    private static final DampingPolicy POLICY =
        new DampingPolicy(4, Duration.ofMinutes(1), Duration.ofSeconds(10), Duration.ofSeconds(80));

    private final World world =
        new World(new World.Log(), AggregationOptions.of(RANGE).with(GuardPolicy.OFF).with(POLICY));
    private final RegistrySink sink = world.register("a", 1);

    Damping() {
      sink.resync(fresh(service("web", "10.0.0.1"), service("calm", "10.0.0.1")));
      world.settle();
      say("10.0.0.1", "10.0.0.2");
    }

    private void say(String... addresses) {
      sink.changed(service("web", addresses));
      world.settle();
    }

    private void flap(int times) {
      for (int i = 0; i < times; i++) {
        say("10.0.0.1");
        say("10.0.0.1", "10.0.0.2");
      }
    }

    private void use(DampingPolicy policy) {
      world.registries.use(AggregationOptions.of(RANGE).with(GuardPolicy.OFF).with(policy));
      world.settle();
    }

    @Test
    void whatWaits_goesOutOnceByAnotherDamping_andCountingBeginsAnew() {
      flap(4);
      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1");
      assertThat(world.registries.damped()).hasSize(1);

      use(new DampingPolicy(2, Duration.ofMinutes(1), Duration.ofSeconds(5), POLICY.max()));

      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1,10.0.0.2");
      assertThat(world.registries.damped()).isEmpty();
      flap(3);
      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1");
      assertThat(world.registries.damped()).hasSize(1);
      world.advance(Duration.ofSeconds(5));
      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1,10.0.0.2");
    }

    @Test
    void whatWaits_goesOutWhenDampingIsTurnedOff_andNothingWaitsFromThenOn() {
      flap(4);

      use(DampingPolicy.OFF);

      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1,10.0.0.2");
      flap(10);
      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1,10.0.0.2");
      assertThat(world.registries.damped()).isEmpty();
    }

    @Test
    void sameDamping_leavesWhatWaitsWaiting_andCommitsNothing() {
      flap(4);
      int commits = world.log.commits.size();

      use(new DampingPolicy(POLICY.free(), POLICY.window(), POLICY.first(), POLICY.max()));

      assertThat(world.served()).containsEntry(WEB, "a 10.0.0.1");
      assertThat(world.log.commits).hasSize(commits);
    }

    @Test
    void serviceThatDoesNotWait_isNotTouched() {
      flap(4);
      int commits = world.log.commits.size();

      use(DampingPolicy.DEFAULT);

      assertThat(world.log.commits.subList(commits, world.log.commits.size()))
          .singleElement()
          .satisfies(
              commit ->
                  assertThat(commit.changes().puts())
                      .singleElement()
                      .satisfies(put -> assertThat(put.key().name()).isEqualTo(WEB)));
      assertThat(world.outcomes("a")).containsKey(ServiceId.of("calm").toString());
    }
  }
}
