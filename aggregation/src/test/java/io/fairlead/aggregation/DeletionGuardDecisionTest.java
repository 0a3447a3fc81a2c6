package io.fairlead.aggregation;

import static io.fairlead.aggregation.GuardedRegistry.CONFIRM;
import static io.fairlead.aggregation.GuardedRegistry.name;
import static io.fairlead.aggregation.GuardedRegistry.services;
import static io.fairlead.aggregation.GuardedRegistry.shrunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.conversion.ServiceStatus;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the decisions about holds. 20 services, 40 endpoints. */
class DeletionGuardDecisionTest {
  private static final Duration ALMOST = CONFIRM.minusSeconds(60);
  private static final Duration REST = Duration.ofSeconds(60);

  private final GuardedRegistry registry = new GuardedRegistry();
  private Map<String, String> before = Map.of();

  @BeforeEach
  void fill() {
    registry.resync(services(0, 20));
    before = registry.served();
  }

  @AfterEach
  void everythingServedIsValid() {
    GuardedRegistry.assertValid(registry.world);
  }

  @Test
  void loss_thatIsSaidForLongEnough_isBelieved() {
    registry.resync(services(10, 20));
    registry.readFor(ALMOST);
    assertThat(registry.served()).isEqualTo(before);
    registry.readFor(REST);
    assertThat(registry.served()).hasSize(10);
    assertThat(registry.guards()).isEmpty();
    assertThat(registry.world.outcomes("a")).hasSize(10);
  }

  @Test
  void confirmation_bySeveralWholeViews() {
    for (int minute = 0; minute < 5; minute++) {
      registry.resync(services(10, 20));
      assertThat(registry.served()).isEqualTo(before);
      registry.world.advance(Duration.ofMinutes(1));
    }
    registry.resync(services(10, 20));
    assertThat(registry.served()).hasSize(10);
  }

  @Test
  void silentRegistry_confirmsNothing_untilItIsRead() {
    registry.resync(services(10, 20));
    registry.readFor(Duration.ofMinutes(2));
    registry.world.advance(Duration.ofHours(1));
    assertThat(registry.served()).isEqualTo(before);
    registry.sink.alive();
    registry.world.advance(CONFIRM.dividedBy(10));
    assertThat(registry.served()).hasSize(10);
  }

  @Test
  void failure_startsTheTimeAnewFromRecovery() {
    registry.resync(services(10, 20));
    registry.readFor(ALMOST);
    registry.fail();
    assertThat(registry.guard().confirmsAt()).isEmpty();
    registry.world.advance(Duration.ofMinutes(30));
    assertThat(registry.served()).isEqualTo(before);
    registry.sink.alive();
    assertThat(registry.guard().confirmsAt()).isPresent();
    registry.readFor(ALMOST);
    assertThat(registry.served()).isEqualTo(before);
    registry.readFor(REST);
    assertThat(registry.served()).hasSize(10);
  }

  @Test
  void lossThatGrows_waitsForWhatIsMissingSince_andHoldsNoOther() {
    registry.resync(IntStream.range(0, 20).mapToObj(GuardedRegistry::shrunk).toList());
    registry.readFor(ALMOST);
    registry.sink.removed(ServiceId.of(name(0)));
    registry.readFor(REST);
    assertThat(registry.served())
        .containsEntry("mesh/s00.test", "a 10.0.0.1")
        .containsEntry("mesh/s01.test", "a 10.0.1.1");
    assertThat(registry.guard().held()).hasSize(1);
    registry.readFor(ALMOST);
    assertThat(registry.served()).doesNotContainKey("mesh/s00.test");
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void lossThatGrewBeforeAFailure_isBelievedWholeAtOnce() {
    registry.resync(IntStream.range(0, 20).mapToObj(GuardedRegistry::shrunk).toList());
    registry.readFor(Duration.ofMinutes(1));
    registry.sink.removed(ServiceId.of(name(0)));
    registry.readFor(Duration.ofMinutes(1));
    registry.fail();
    registry.sink.alive();
    registry.readFor(ALMOST);
    assertThat(registry.served()).isEqualTo(before);
    registry.world.advance(CONFIRM.minus(ALMOST));
    assertThat(registry.served()).doesNotContainKey("mesh/s00.test");
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void lossThatGrowsForEver_isNotHeldForEver() {
    String[] addresses =
        IntStream.range(0, 60).mapToObj(i -> "10.5.0." + (i + 1)).toArray(String[]::new);
    registry.change(Given.service("large", addresses));
    registry.change(Given.service("large", Arrays.copyOf(addresses, 20)));
    assertThat(registry.guard().held()).hasSize(1);
    int served = 60;
    for (int left = 19; left > 0; left--) {
      registry.change(Given.service("large", Arrays.copyOf(addresses, left)));
      registry.readFor(Duration.ofMinutes(1));
      int now = endpoints("mesh/large.test");
      assertThat(now).isBetween(left, served);
      served = now;
      // Nothing waits for longer than twice the time, and nothing goes before its time.
      int minutes = 20 - left;
      int leftFive = 19 - (minutes - 5);
      int leftTen = 19 - (minutes - 11);
      if (minutes >= 5) {
        assertThat(now).isGreaterThanOrEqualTo(Math.min(20, leftFive));
      }
      if (minutes > 11) {
        assertThat(now).isLessThanOrEqualTo(leftTen);
      }
    }
    registry.readFor(CONFIRM.multipliedBy(2));
    assertThat(endpoints("mesh/large.test")).isEqualTo(1);
    assertThat(registry.guards()).isEmpty();
  }

  private int endpoints(String resource) {
    String text = registry.served().getOrDefault(resource, "");
    return text.substring(text.indexOf(' ') + 1).split(",").length;
  }

  @Test
  void flakyRegistry_isBelievedAtTheCeiling() {
    registry.resync(services(10, 20));
    // Each half minute it fails and is read again: it never is without a failure for long.
    flakyFor(CONFIRM.multipliedBy(2).minusSeconds(60));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guard().endsBy()).isPresent();
    flakyFor(Duration.ofSeconds(90));
    assertThat(registry.served()).hasSize(10);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void registryWithALastingProblem_isBelievedAtTheCeiling() {
    registry.resync(services(10, 20));
    registry.fail();
    for (Duration time = Duration.ZERO;
        time.compareTo(CONFIRM.multipliedBy(2)) < 0;
        time = time.plusSeconds(30)) {
      assertThat(registry.served()).hasSize(20);
      registry.world.thread.advance(Duration.ofSeconds(30));
      // Other parts of it are read; they change nothing here.
      registry.sink.changed(GuardedRegistry.whole(15));
    }
    registry.world.advance(CONFIRM.dividedBy(10));
    assertThat(registry.served()).hasSize(10);
  }

  @Test
  void registryThatWasAwayForLong_isNotBelievedByItsFirstWord() {
    registry.resync(services(10, 20));
    registry.fail();
    registry.world.advance(Duration.ofHours(5));
    registry.resync(services(10, 20));
    registry.fail();
    registry.world.advance(Duration.ofSeconds(30));
    registry.sink.alive();
    registry.world.advance(Duration.ofSeconds(30));
    assertThat(registry.served()).isEqualTo(before);
    flakyFor(ALMOST);
    assertThat(registry.served()).isEqualTo(before);
    flakyFor(CONFIRM);
    assertThat(registry.served()).hasSize(10);
  }

  private void flakyFor(Duration time) {
    Duration step = Duration.ofSeconds(30);
    for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(step)) {
      registry.world.thread.advance(step.minusSeconds(5));
      registry.fail();
      registry.world.thread.advance(Duration.ofSeconds(5));
      registry.sink.alive();
    }
    registry.world.settle();
  }

  @Test
  void lossThatBecomesSmaller_doesNotStartAnew() {
    registry.resync(List.of());
    registry.readFor(ALMOST);
    registry.change(shrunk(0));
    registry.readFor(REST);
    assertThat(registry.served()).containsExactly(Map.entry("mesh/s00.test", "a 10.0.0.1"));
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void whatComesBack_isHeldNoMore() {
    registry.resync(List.of());
    registry.resync(services(0, 19));
    assertThat(registry.guard().held())
        .extracting(held -> held.service().name())
        .containsExactly("s19");
    registry.resync(services(0, 20));
    assertThat(registry.guards()).isEmpty();
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.world.outcomes("a").values()).containsOnly(ServiceStatus.SERVED);
  }

  @Test
  void approve_letsAllGoInOneCommit() {
    registry.resync(services(15, 20));
    int commits = registry.world.log.commits.size();
    String id = registry.guard().id();
    assertThat(registry.world.registries.approve(id)).isTrue();
    registry.world.thread.runWaiting();
    assertThat(registry.served()).hasSize(5);
    assertThat(registry.world.log.commits).hasSize(commits + 1);
    assertThat(registry.guards()).isEmpty();
    assertThat(registry.world.registries.approve(id)).isFalse();
    assertThat(registry.world.registries.reject("b" + id.substring(1))).isFalse();
  }

  @Test
  void id_isThatOfTheLossOnEachReplica_andStaysWhileItGrows() {
    GuardedRegistry replica = new GuardedRegistry();
    replica.resync(services(0, 20));
    registry.resync(services(10, 20));
    String id = registry.guard().id();
    // The same loss, after another one that has its own id.
    replica.resync(services(0, 8));
    String other = replica.guard().id();
    replica.resync(services(0, 20));
    replica.resync(services(10, 20));
    assertThat(replica.guard().id()).isEqualTo(id).isNotEqualTo(other);
    replica.resync(services(15, 20));
    assertThat(replica.guard().id()).isEqualTo(id);
    assertThat(replica.guard().heldServices()).isEqualTo(15);
    replica.world.close();
  }

  @Test
  void approve_sumBeginsAtNothing() {
    for (int i = 0; i < 12; i++) {
      registry.sink.removed(ServiceId.of(name(i)));
      registry.world.settle();
    }
    registry.world.registries.approve(registry.guard().id());
    registry.sink.removed(ServiceId.of(name(12)));
    registry.world.settle();
    assertThat(registry.served()).hasSize(7);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void keepEmpty_beginsWhenALossIsLetGo() {
    registry.resync(IntStream.range(0, 20).mapToObj(i -> Given.service(name(i))).toList());
    registry.readFor(ALMOST);
    registry.world.registries.approve(registry.guard().id());
    registry.world.settle();
    assertThat(registry.served()).hasSize(20).containsEntry("mesh/s00.test", "a ");
    registry.readFor(Given.KEEP_EMPTY.minusSeconds(30));
    assertThat(registry.served()).hasSize(20);
    registry.readFor(Duration.ofSeconds(30));
    assertThat(registry.served()).isEmpty();
  }

  @Test
  void reject_keepsWithoutALimit_andJudgesLaterLossesAnew() {
    registry.resync(services(10, 20));
    String rejected = registry.guard().id();
    assertThat(registry.world.registries.reject(rejected)).isTrue();
    registry.world.settle();
    assertThat(registry.guard().state()).isEqualTo(GuardStatus.State.REJECTED);
    assertThat(registry.guard().confirmsAt()).isEmpty();
    registry.readFor(Duration.ofHours(3));
    assertThat(registry.served()).isEqualTo(before);

    registry.sink.removed(ServiceId.of(name(10)));
    registry.world.settle();
    assertThat(registry.served()).hasSize(19).doesNotContainKey("mesh/s10.test");

    registry.resync(List.of());
    assertThat(registry.served()).hasSize(19);
    assertThat(registry.guards())
        .extracting(GuardStatus::state, GuardStatus::heldServices)
        .containsExactly(
            tuple(GuardStatus.State.REJECTED, 10), tuple(GuardStatus.State.HOLDING, 9));
    assertThat(registry.guards()).extracting(GuardStatus::id).startsWith(rejected);

    registry.world.registries.approve(rejected);
    registry.world.settle();
    assertThat(registry.served()).hasSize(9);
    registry.resync(services(0, 20));
    assertThat(registry.served()).isEqualTo(before);
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void reject_endsForWhatIsGivenAgain() {
    registry.resync(services(10, 20));
    registry.world.registries.reject(registry.guard().id());
    registry.resync(services(1, 20));
    assertThat(registry.guard().held()).hasSize(1);
    registry.resync(services(0, 20));
    assertThat(registry.guards()).isEmpty();
  }

  @Test
  void newerWord_isWhatIsLetGo() {
    registry.resync(List.of());
    Service moved = Given.service(name(0), "10.2.0.1");
    registry.change(moved);
    registry.world.registries.approve(registry.guard().id());
    registry.world.settle();
    assertThat(registry.served()).containsExactly(Map.entry("mesh/s00.test", "a 10.2.0.1"));
  }
}
