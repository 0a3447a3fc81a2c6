package io.fairlead.aggregation;

import static io.fairlead.aggregation.Given.fresh;
import static io.fairlead.aggregation.Given.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.common.Durations;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.TransactionStatus;
import io.fairlead.versioning.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransactionsTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final World world = new World();
  private final Transactions transactions = world.loop.transactions();

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
    String id = transactions.open(TEN_MINUTES).id();
    a.resync(fresh(service("one", "10.0.0.1")));
    for (int i = 0; i < 1000; i++) {
      b.changed(service("s" + i, "10.0.0.2"));
      world.thread.advance(Duration.ofMillis(5));
    }
    world.advance(Duration.ofMinutes(5));
    b.changed(service("last", "10.0.0.3"));
    assertThat(world.log.commits).hasSize(commits);
    assertThat(transactions.release(id)).isTrue();
    world.thread.runWaiting();
    assertThat(world.log.commits).hasSize(commits + 1);
    assertThat(lastCommit().puts()).hasSize(1002);
    assertThat(lastCommit().removals()).hasSize(1);
    assertThat(transactions.release(id)).isFalse();
    assertThat(transactions.list()).isEmpty();
  }

  @Test
  void open_isShownWithWhatWaits() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh());
    world.settle();
    TransactionStatus opened = transactions.open(TEN_MINUTES);
    assertThat(opened.id()).matches("[0-9a-hjkmnp-tv-z]{8}");
    assertThat(opened.opened()).isEqualTo(World.NOW);
    assertThat(opened.expires()).isEqualTo(World.NOW.plus(TEN_MINUTES));
    assertThat(opened.waiting()).isZero();
    TransactionStatus second = transactions.open(Duration.ofMinutes(1));
    sink.changed(service("one", "10.0.0.1"));
    sink.changed(service("two", "10.0.0.1"));
    sink.changed(service("one", "10.0.0.2"));
    world.thread.runWaiting();
    assertThat(transactions.list())
        .extracting(TransactionStatus::id)
        .containsExactly(opened.id(), second.id());
    assertThat(transactions.list()).extracting(TransactionStatus::waiting).containsExactly(2, 2);
  }

  @Test
  void open_countsBeforeTasksThatWaitAlready() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("before", "10.0.0.1")));
    // The sink's task waits, and will take what is said until it begins.
    String id = transactions.open(TEN_MINUTES).id();
    sink.changed(service("after", "10.0.0.2"));
    world.settle();
    assertThat(world.served()).isEmpty();
    transactions.release(id);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(2);
  }

  @Test
  void release_ofOneAmongSeveralCommitsNothing() {
    RegistrySink sink = world.register("a", 1);
    String one = transactions.open(TEN_MINUTES).id();
    String two = transactions.open(TEN_MINUTES).id();
    sink.resync(fresh(service("one", "10.0.0.1")));
    transactions.release(one);
    transactions.release(one);
    world.advance(Duration.ofMinutes(1));
    assertThat(world.served()).isEmpty();
    transactions.release(two);
    String three = transactions.open(TEN_MINUTES).id();
    world.advance(Duration.ofMinutes(1));
    assertThat(world.served()).isEmpty();
    transactions.release(three);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void time_endsEachByItself() {
    RegistrySink sink = world.register("a", 1);
    transactions.open(TEN_MINUTES);
    transactions.open(Duration.ofHours(24));
    transactions.open(Duration.ofMinutes(1));
    sink.resync(fresh(service("one", "10.0.0.1")));
    world.thread.advance(Duration.ofMinutes(1));
    assertThat(transactions.list()).hasSize(2);
    world.thread.advance(Duration.ofMinutes(9));
    assertThat(transactions.list()).hasSize(1);
    world.thread.advance(Duration.ofHours(24).minus(TEN_MINUTES).minusNanos(1));
    assertThat(transactions.list()).hasSize(1);
    assertThat(world.served()).isEmpty();
    world.thread.advance(Duration.ofNanos(1));
    assertThat(transactions.list()).isEmpty();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void time_ofReleasedOnesLeavesNoTimerEach() {
    world.thread.runWaiting();
    int timers = world.thread.waitingTimers();
    for (int i = 0; i < 1000; i++) {
      String id = transactions.open(Duration.ofHours(24)).id();
      world.settle();
      transactions.release(id);
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
    String id = transactions.open(TEN_MINUTES).id();
    sink.changed(service("two", "10.0.0.2"));
    world.advance(Duration.ofMinutes(5));
    assertThat(world.log.load().resources()).hasSize(1);
    assertThat(world.served()).hasSize(1);
    transactions.release(id);
    world.thread.runWaiting();
    assertThat(world.served()).hasSize(2);
    assertThat(world.log.load().resources()).hasSize(2);
  }

  @Test
  void removals_areDelayedAsWell() {
    RegistrySink sink = world.register("a", 1);
    sink.resync(fresh(service("one", "10.0.0.1"), service("two", "10.0.0.1")));
    world.settle();
    String id = transactions.open(TEN_MINUTES).id();
    sink.removed(ServiceId.of("one"));
    world.registries.reload(Set.of("b"), List.of(), List.of());
    world.settle();
    assertThat(world.served()).hasSize(2);
    transactions.release(id);
    world.settle();
    assertThat(world.served()).hasSize(1);
  }

  @Test
  void close_commitsAndAcceptsNoMore() {
    RegistrySink sink = world.register("a", 1);
    String id = transactions.open(TEN_MINUTES).id();
    sink.resync(fresh(service("one", "10.0.0.1")));
    world.close();
    assertThat(world.served()).hasSize(1);
    assertThat(transactions.list()).isEmpty();
    assertThat(transactions.release(id)).isFalse();
    assertThatThrownBy(() -> transactions.open(TEN_MINUTES))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void open_refusesTimesOutOfRangeAndTooMany() {
    for (Duration ttl :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofHours(24).plusNanos(1))) {
      assertThatThrownBy(() -> transactions.open(ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("ttl: " + Durations.format(ttl) + " (expected: more than 0, at most 24h)");
    }
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ids.add(transactions.open(TEN_MINUTES).id());
    }
    assertThatThrownBy(() -> transactions.open(TEN_MINUTES))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("100 are open");
    assertThat(transactions.release(ids.get(50))).isTrue();
    transactions.open(TEN_MINUTES);
    assertThat(transactions.release("00000000")).isEqualTo(ids.contains("00000000"));
  }
}
