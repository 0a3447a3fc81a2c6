package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitLoopTest {
  private static final Batching BATCHING =
      new Batching(Duration.ofMillis(100), Duration.ofMillis(1000));

  /** Gathers puts and removals, and can fail when asked for them. */
  private static final class Gatherer implements ChangeSource {
    private ChangeSet changes = ChangeSet.NONE;
    int failuresToCome;

    void put(Resource resource) {
      changes = changes.then(ChangeSet.of(List.of(resource), List.of()));
    }

    void remove(ResourceKey key) {
      changes = changes.then(ChangeSet.of(List.of(), List.of(key)));
    }

    @Override
    public ChangeSet drain() {
      if (failuresToCome > 0) {
        failuresToCome--;
        throw new IllegalStateException("cannot gather");
      }
      ChangeSet drained = changes;
      changes = ChangeSet.NONE;
      return drained;
    }
  }

  private static final class Recorder implements CommitObserver {
    final List<CommitSummary> commits = new ArrayList<>();
    final List<Duration> retries = new ArrayList<>();
    final List<Throwable> taskFailures = new ArrayList<>();

    @Override
    public void committed(CommitSummary commit) {
      commits.add(commit);
    }

    @Override
    public void commitFailed(Throwable cause, int failures, Duration retryIn) {
      retries.add(retryIn);
      assertThat(failures).isPositive();
    }

    @Override
    public void taskFailed(Throwable cause) {
      taskFailures.add(cause);
    }
  }

  private final ManualCommitThread thread = new ManualCommitThread();
  private final FaultyCommitLog log = new FaultyCommitLog();
  private final VersionedStore store = new VersionedStore(log, Clock.systemUTC());
  private final Gatherer source = new Gatherer();
  private final Recorder record = new Recorder();
  private final CommitLoop loop = new CommitLoop(store, source, BATCHING, record, thread);

  @AfterEach
  void everyPublishedCommitIsInTheLog() {
    assertThat(log.appended).hasSameSizeAs(record.commits);
    if (!log.appended.isEmpty()) {
      assertThat(store.current().number())
          .isEqualTo(log.appended.get(log.appended.size() - 1).number());
    }
  }

  private void put(String name, String body) {
    loop.execute(() -> source.put(Resources.of(name, body)));
    thread.runWaiting();
  }

  private List<String> served() {
    return store.current().resources(Resources.TYPE).stream()
        .map(
            resource ->
                resource.key().name() + "=" + resource.decode().getBody().getValue().toStringUtf8())
        .sorted()
        .toList();
  }

  @Test
  void execute_commitsAfterTheQuietTime() {
    put("a", "1");
    thread.advance(Duration.ofMillis(99));
    assertThat(served()).isEmpty();
    thread.advance(Duration.ofMillis(1));
    assertThat(served()).containsExactly("ns/a=1");
    assertThat(thread.waitingTimers()).isZero();
  }

  @Test
  void execute_restartsTheQuietTimeUpToTheCeiling() {
    for (int i = 0; i < 20; i++) {
      put("a", "" + i);
      thread.advance(Duration.ofMillis(60));
      assertThat(thread.waitingTimers()).isLessThanOrEqualTo(1);
    }
    // 1,200 ms without a quiet time: one commit, at 1,000 ms.
    assertThat(record.commits).hasSize(1);
    assertThat(served()).containsExactly("ns/a=16");
    thread.advance(Duration.ofMillis(100));
    assertThat(record.commits).hasSize(2);
    assertThat(served()).containsExactly("ns/a=19");
  }

  @Test
  void executeNow_commitsAtOnceWithWhatWasPending() {
    put("a", "1");
    loop.executeNow(() -> source.put(Resources.of("b", "2")));
    thread.runWaiting();
    assertThat(served()).containsExactly("ns/a=1", "ns/b=2");
    assertThat(record.commits).hasSize(1);
    thread.advance(Duration.ofSeconds(2));
    assertThat(record.commits).hasSize(1);
  }

  @Test
  void commit_nothingNewLeavesNumberAndLogAlone() {
    put("a", "1");
    thread.advance(Duration.ofSeconds(1));
    Snapshot before = store.current();
    put("a", "1");
    loop.executeNow(() -> source.remove(Resources.key("unknown")));
    thread.advance(Duration.ofSeconds(1));
    assertThat(store.current()).isSameAs(before);
    assertThat(log.appended).hasSize(1);
  }

  @Test
  void execute_keepsTheOrder() {
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      loop.execute(() -> seen.add(number));
    }
    thread.runWaiting();
    assertThat(seen).isSorted().hasSize(100);
  }

  @Test
  void failingTask_isToldAndTheLoopGoesOn() {
    loop.execute(
        () -> {
          source.put(Resources.of("half", "1"));
          throw new IllegalStateException("wrong");
        });
    loop.execute(
        () -> {
          throw new StackOverflowError();
        });
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(served()).containsExactly("ns/a=1", "ns/half=1");
    assertThat(record.taskFailures).hasSize(2);
  }

  @Test
  void failingAppend_keepsChangesMergesLaterOnesAndRetriesSlower() {
    log.failuresToCome = 3;
    put("a", "1");
    put("b", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(record.retries).containsExactly(CommitLoop.FIRST_RETRY);
    assertThat(store.current().number()).isZero();

    put("a", "2");
    loop.execute(() -> source.remove(Resources.key("b")));
    thread.advance(Duration.ofMillis(499));
    assertThat(record.retries).hasSize(1);
    thread.advance(Duration.ofSeconds(10));
    assertThat(record.retries)
        .containsExactly(Duration.ofMillis(500), Duration.ofMillis(1000), Duration.ofMillis(2000));
    assertThat(served()).containsExactly("ns/a=2");
    assertThat(record.commits).hasSize(1);

    put("c", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(served()).containsExactly("ns/a=2", "ns/c=1");
  }

  @Test
  void failingAppend_aWholeViewWaitsForTheRetryToo() {
    log.failuresToCome = 1;
    loop.executeNow(() -> source.put(Resources.of("a", "1")));
    loop.executeNow(() -> source.put(Resources.of("b", "1")));
    thread.runWaiting();
    assertThat(record.retries).hasSize(1);
    thread.advance(CommitLoop.FIRST_RETRY);
    assertThat(served()).containsExactly("ns/a=1", "ns/b=1");
  }

  @Test
  void failingAppend_delayHasACeiling() {
    log.failuresToCome = 20;
    put("a", "1");
    thread.advance(Duration.ofMinutes(10));
    assertThat(record.retries).hasSize(20);
    assertThat(record.retries).last().isEqualTo(CommitLoop.MAX_RETRY);
    assertThat(served()).containsExactly("ns/a=1");
  }

  @Test
  void failingDrain_isRetried() {
    source.failuresToCome = 2;
    put("a", "1");
    thread.advance(Duration.ofSeconds(5));
    assertThat(record.retries).hasSize(2);
    assertThat(served()).containsExactly("ns/a=1");
  }

  @Test
  void failingListener_doesNotUndoTheCommit() {
    store.addListener(
        snapshot -> {
          throw new IllegalStateException("listener");
        });
    AtomicInteger told = new AtomicInteger();
    store.addListener(snapshot -> told.incrementAndGet());
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(record.retries).isEmpty();
    assertThat(record.commits).hasSize(1);
    assertThat(told).hasValue(1);
  }

  @Test
  void hold_gathersUntilTheLastRelease() {
    loop.execute(loop::hold);
    loop.execute(loop::hold);
    put("a", "1");
    loop.executeNow(() -> source.put(Resources.of("b", "1")));
    thread.advance(Duration.ofMinutes(1));
    assertThat(served()).isEmpty();
    loop.execute(loop::release);
    thread.advance(Duration.ofMinutes(1));
    assertThat(served()).isEmpty();
    loop.execute(loop::release);
    thread.runWaiting();
    assertThat(served()).containsExactly("ns/a=1", "ns/b=1");
    assertThat(record.commits).hasSize(1);
  }

  @Test
  void hold_countsFromTheCallOnForWhatWaitsAlready() {
    loop.executeNow(() -> source.put(Resources.of("a", "1")));
    loop.hold();
    thread.advance(Duration.ofMinutes(1));
    assertThat(record.commits).isEmpty();
    loop.execute(loop::release);
    thread.runWaiting();
    assertThat(record.commits).hasSize(1);
  }

  @Test
  void hold_duringFailureStopsTheRetriesUntilItsRelease() {
    log.failuresToCome = 1;
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    loop.execute(loop::hold);
    thread.advance(Duration.ofMinutes(5));
    assertThat(served()).isEmpty();
    loop.execute(loop::release);
    thread.runWaiting();
    assertThat(served()).containsExactly("ns/a=1");
  }

  @Test
  void release_withoutHoldIsAFailedTask() {
    loop.execute(loop::release);
    thread.runWaiting();
    assertThat(record.taskFailures).hasSize(1);
  }

  @Test
  void coalesced_runsOnceForManyPullsAndAgainForLaterOnes() {
    AtomicInteger runs = new AtomicInteger();
    Runnable trigger = loop.coalesced(runs::incrementAndGet);
    for (int i = 0; i < 10; i++) {
      trigger.run();
    }
    thread.runWaiting();
    assertThat(runs).hasValue(1);
    trigger.run();
    thread.runWaiting();
    assertThat(runs).hasValue(2);
  }

  @Test
  void coalesced_aPullFromWithinRunsAgain() {
    AtomicInteger runs = new AtomicInteger();
    Runnable[] trigger = new Runnable[1];
    trigger[0] =
        loop.coalesced(
            () -> {
              if (runs.incrementAndGet() < 3) {
                trigger[0].run();
              }
            });
    trigger[0].run();
    thread.runWaiting();
    assertThat(runs).hasValue(3);
  }

  @Test
  void coalesced_aFailedRunDoesNotBlockTheNext() {
    AtomicInteger runs = new AtomicInteger();
    Runnable trigger =
        loop.coalesced(
            () -> {
              runs.incrementAndGet();
              throw new IllegalStateException("wrong");
            });
    trigger.run();
    thread.runWaiting();
    trigger.run();
    thread.runWaiting();
    assertThat(runs).hasValue(2);
  }

  @Test
  void schedule_runsOnTheThreadWhenDueAndCommits() {
    loop.schedule(
        Duration.ofSeconds(3),
        () -> {
          loop.assertCommitThread();
          source.put(Resources.of("late", "1"));
        });
    thread.advance(Duration.ofMillis(2999));
    assertThat(served()).isEmpty();
    thread.advance(Duration.ofMillis(101));
    assertThat(served()).containsExactly("ns/late=1");
    assertThat(record.taskFailures).isEmpty();
  }

  @Test
  void close_commitsWhatIsPendingAndWhatIsHeld() {
    loop.execute(loop::hold);
    loop.execute(() -> source.put(Resources.of("a", "1")));
    loop.close();
    assertThat(served()).containsExactly("ns/a=1");
    loop.execute(() -> source.put(Resources.of("b", "1")));
    loop.close();
    assertThat(served()).containsExactly("ns/a=1");
  }

  @Test
  void close_duringFailureTriesOnceMore() {
    log.failuresToCome = 1;
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    loop.close();
    assertThat(served()).containsExactly("ns/a=1");
  }

  @Test
  void close_withABrokenLogEndsAndSaysSo() {
    log.failuresToCome = 10;
    put("a", "1");
    loop.close();
    assertThat(record.retries).containsExactly(Duration.ZERO);
    assertThat(served()).isEmpty();
  }

  @Test
  void commitAfterThisTask_offTheThreadIsRefused() {
    assertThatThrownBy(loop::commitAfterThisTask).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(loop::release).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void batching_refusesTimesThatCannotBe() {
    assertThatThrownBy(() -> new Batching(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("PT2S");
    assertThatThrownBy(() -> new Batching(Duration.ofSeconds(-1), Duration.ofSeconds(1)))
        .hasMessageContaining("PT-1S");
  }
}
