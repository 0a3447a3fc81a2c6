package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.Durations;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ChangeSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransactionsTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final World world = new World();
  private final Registries registries = world.registries;

  private ChangeSet lastCommit() {
    return world.log.commits.get(world.log.commits.size() - 1).changes();
  }

  @Test
  void open_gathersUntilTheReleaseAndCommitsOnce() {
    RegistrySink a = world.register("a", 1);
    RegistrySink b = world.register("b", 1);
    a.resync(fresh(service("old", "10.0.0.1")));
    b.resync(fresh());
    world.settle();
    int commits = world.log.commits.size();
    String id = registries.openTransaction(TEN_MINUTES).id();
    a.resync(fresh(service("one", "10.0.0.1")));
    for (int i = 0; i < 1000; i++) {
      b.changed(service("s" + i, "10.0.0.2"));
      world.thread.advance(Duration.ofMillis(5));
    }
    world.advance(Duration.ofMinutes(5));
    b.changed(service("last", "10.0.0.3"));
    assertThat(world.log.commits).hasSize(commits);
    assertThat(registries.releaseTransaction(id)).isTrue();
    world.thread.runWaiting();
    assertThat(world.log.commits).hasSize(commits + 1);
    assertThat(lastCommit().puts()).hasSize(1002);
    assertThat(lastCommit().removals()).hasSize(1);
    assertThat(registries.releaseTransaction(id)).isFalse();
    assertThat(registries.transactions()).isEmpty();
  }

  @Test
  void open_isShownWithWhatWaits() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh());
    world.settle();
    TransactionStatus opened = registries.openTransaction(TEN_MINUTES);
    assertThat(opened.id()).matches("[0-9a-hjkmnp-tv-z]{8}");
    assertThat(opened.opened()).isEqualTo(World.NOW);
    assertThat(opened.expires()).isEqualTo(World.NOW.plus(TEN_MINUTES));
    assertThat(opened.waiting()).isZero();
    TransactionStatus second = registries.openTransaction(Duration.ofMinutes(1));
    sink.changed(service("one", "10.0.0.1"));
    sink.changed(service("two", "10.0.0.1"));
    sink.changed(service("one", "10.0.0.2"));
    world.thread.runWaiting();
    assertThat(registries.transactions())
        .extracting(TransactionStatus::id)
        .containsExactly(opened.id(), second.id());
    assertThat(registries.transactions())
        .extracting(TransactionStatus::waiting)
        .containsExactly(2, 2);
  }

  @Test
  void open_countsBeforeTasksThatWaitAlready() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("before", "10.0.0.1")));
    // The sink's task waits, and will take what is said until it begins.
    String id = registries.openTransaction(TEN_MINUTES).id();
    sink.changed(service("after", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).isEmpty();
    registries.releaseTransaction(id);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(2);
  }

  @Test
  void release_ofOneAmongSeveralCommitsNothing() {
    RegistrySink sink = world.register("a", 1);
    String one = registries.openTransaction(TEN_MINUTES).id();
    String two = registries.openTransaction(TEN_MINUTES).id();
    sink.resync(fresh(service("one", "10.0.0.1")));
    registries.releaseTransaction(one);
    registries.releaseTransaction(one);
    world.advance(Duration.ofMinutes(1));
    assertThat(world.served()).isEmpty();
    registries.releaseTransaction(two);
    String three = registries.openTransaction(TEN_MINUTES).id();
    world.advance(Duration.ofMinutes(1));
    assertThat(world.served()).isEmpty();
    registries.releaseTransaction(three);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void time_endsEachByItself() {
    RegistrySink sink = world.register("a", 1);
    registries.openTransaction(TEN_MINUTES);
    registries.openTransaction(Duration.ofHours(24));
    registries.openTransaction(Duration.ofMinutes(1));
    sink.resync(fresh(service("one", "10.0.0.1")));
    world.thread.advance(Duration.ofMinutes(1));
    assertThat(registries.transactions()).hasSize(2);
    world.thread.advance(Duration.ofMinutes(9));
    assertThat(registries.transactions()).hasSize(1);
    world.thread.advance(Duration.ofHours(24).minus(TEN_MINUTES).minusNanos(1));
    assertThat(registries.transactions()).hasSize(1);
    assertThat(world.served()).isEmpty();
    world.thread.advance(Duration.ofNanos(1));
    assertThat(registries.transactions()).isEmpty();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void time_ofReleasedOnesLeavesNoTimerEach() {
    world.thread.runWaiting();
    int timers = world.thread.waitingTimers();
    for (int i = 0; i < 1000; i++) {
      String id = registries.openTransaction(Duration.ofHours(24)).id();
      world.settle();
      registries.releaseTransaction(id);
      world.settle();
    }
    assertThat(world.thread.waitingTimers()).isLessThanOrEqualTo(timers + 2);
  }

  @Test
  void failedWrites_areTriedAgainMeanwhile_whatIsNewWaits() {
    RegistrySink sink = world.register("a", 1);
    world.log.failuresToCome = 1;
    sink.resync(fresh(service("one", "10.0.0.1")));
    world.thread.runWaiting();
    assertThat(world.log.failuresToCome).isZero();
    assertThat(world.log.load().resources()).isEmpty();
    assertThat(world.served()).hasSize(1);
    String id = registries.openTransaction(TEN_MINUTES).id();
    sink.changed(service("two", "10.0.0.2"));
    world.advance(Duration.ofMinutes(5));
    assertThat(world.log.load().resources()).hasSize(1);
    assertThat(world.served()).hasSize(1);
    registries.releaseTransaction(id);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(2);
    assertThat(world.log.load().resources()).hasSize(2);
  }

  @Test
  void removals_areDelayedAsWell() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.1")));
    world.settle();
    String id = registries.openTransaction(TEN_MINUTES).id();
    sink.removed(ServiceId.of("one"));
    registries.unregister("b");
    world.settle();
    assertThat(world.served()).hasSize(2);
    registries.releaseTransaction(id);
    world.settle();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void close_commitsAndAcceptsNoMore() {
    RegistrySink sink = world.register("a", 1);
    String id = registries.openTransaction(TEN_MINUTES).id();
    sink.resync(fresh(service("one", "10.0.0.1")));
    registries.close();
    assertThat(world.served()).hasSize(1);
    assertThat(registries.transactions()).isEmpty();
    assertThat(registries.releaseTransaction(id)).isFalse();
    assertThatThrownBy(() -> registries.openTransaction(TEN_MINUTES))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void open_refusesTimesOutOfRangeAndTooMany() {
    for (Duration ttl :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofHours(24).plusNanos(1))) {
      assertThatThrownBy(() -> registries.openTransaction(ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("ttl: " + Durations.format(ttl) + " (expected: more than 0, at most 24h)");
    }
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ids.add(registries.openTransaction(TEN_MINUTES).id());
    }
    assertThatThrownBy(() -> registries.openTransaction(TEN_MINUTES))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("100 are open");
    assertThat(registries.releaseTransaction(ids.get(50))).isTrue();
    registries.openTransaction(TEN_MINUTES);
    assertThat(registries.releaseTransaction("00000000")).isEqualTo(ids.contains("00000000"));
  }

  @Test
  void ids_areNotGivenTwice() {
    TransactionIds ids = new TransactionIds();
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      assertThat(given.add(ids.next())).isTrue();
    }
  }
}
