package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitLoopTest {
  private static final Batching BATCHING =
      new Batching(Duration.ofMillis(100), Duration.ofMillis(1000), false);

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
    final List<String> writing = new ArrayList<>();

    @Override
    public void notWritten(Durability durability) {
      writing.add("not written: " + durability.problem());
    }

    @Override
    public void writtenAgain() {
      writing.add("written again");
    }

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
  private final CommitLoop loop = new CommitLoop(store, BATCHING, record, thread);

  CommitLoopTest() {
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, source));
    thread.runWaiting();
  }

  @AfterEach
  void everythingPublishedIsInTheLogUnlessItSaysOtherwise() {
    Durability durability = store.durability();
    if (durability.durable()) {
      assertThat(durability).isEqualTo(Durability.DURABLE);
      assertThat(inTheLog()).isEqualTo(served());
      if (!log.appended.isEmpty()) {
        assertThat(log.appended).last().extracting(Commit::number).isEqualTo(current());
      }
    } else {
      assertThat(durability.problem()).isNotEmpty();
      assertThat(durability.since()).isPresent();
    }
    assertThat(log.appended).extracting(Commit::number).isSorted().doesNotHaveDuplicates();
  }

  private long current() {
    return store.current().number();
  }

  private List<String> inTheLog() {
    MergedChanges all = new MergedChanges();
    log.appended.forEach(commit -> all.add(commit.changes()));
    return all.toChangeSet().puts().stream().map(CommitLoopTest::shown).sorted().toList();
  }

  private static String shown(Resource resource) {
    return resource.key().name() + "=" + resource.decode().getBody().getValue().toStringUtf8();
  }

  private void put(String name, String body) {
    loop.execute(() -> source.put(Resources.of(name, body)));
    thread.runWaiting();
  }

  private List<String> served() {
    return store.current().resources(Resources.TYPE).stream()
        .map(CommitLoopTest::shown)
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
  void failingAppend_isPublishedAndWrittenMergedUnderTheNewestNumber() {
    log.failuresToCome = 3;
    put("a", "1");
    put("b", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(served()).containsExactly("ns/a=1", "ns/b=1");
    assertThat(store.durability().problem()).isEqualTo("disk full");
    assertThat(store.durability().unwritten()).isEqualTo(2);
    assertThat(record.writing).containsExactly("not written: disk full");

    put("a", "2");
    loop.execute(() -> source.remove(Resources.key("b")));
    thread.advance(Duration.ofMillis(200));
    assertThat(served()).containsExactly("ns/a=2");
    assertThat(store.durability().unwritten()).isEqualTo(2);
    assertThat(log.tries).as("a commit does not try sooner").isEqualTo(1);
    long newest = current();
    // At 500 ms, then 1 s and 2 s after the failed ones.
    thread.advance(Duration.ofMillis(3_290));
    assertThat(log.appended).isEmpty();
    thread.advance(Duration.ofMillis(10));
    assertThat(log.tries).isEqualTo(4);
    assertThat(log.appended).hasSize(1);
    Commit commit = log.appended.get(0);
    assertThat(commit.number()).isEqualTo(newest).isEqualTo(current());
    assertThat(commit.changes().puts()).hasSize(1).allMatch(Resources.of("a", "2")::sameAs);
    assertThat(commit.changes().removals()).containsExactly(Resources.key("b"));
    assertThat(record.writing).containsExactly("not written: disk full", "written again");
    assertThat(record.commits).hasSize(2);
    assertThat(record.retries).as("nothing failed to be gathered").isEmpty();
    assertThat(thread.waitingTimers()).isZero();

    put("c", "1");
    thread.advance(Duration.ofMillis(100));
    assertThat(log.appended).hasSize(2);
  }

  @Test
  void failingAppend_aCommitAfterTheDelayTriesAndTheTimerDoesNotTryTwice() {
    log.failuresToCome = 2;
    loop.executeNow(() -> source.put(Resources.of("a", "1")));
    thread.runWaiting();
    thread.advance(RetryDelay.FIRST);
    assertThat(log.tries).isEqualTo(2);
    loop.execute(() -> source.put(Resources.of("b", "1")));
    thread.advance(RetryDelay.after(2).minusMillis(1));
    assertThat(log.tries).isEqualTo(2);
    thread.advance(Duration.ofMillis(1));
    assertThat(log.tries).isEqualTo(3);
    assertThat(store.durability()).isEqualTo(Durability.DURABLE);
  }

  @Test
  void failingAppend_delayHasACeilingAndALongOutageATryPerDelay() {
    log.failuresToCome = 40;
    for (int i = 0; i < 600; i++) {
      put("a", "" + i);
      thread.advance(Duration.ofSeconds(1));
      assertThat(served()).containsExactly("ns/a=" + i);
    }
    assertThat(store.durability().unwritten()).as("of 600 commits").isEqualTo(1);
    thread.advance(Duration.ofMinutes(10));
    assertThat(log.tries).isEqualTo(41);
    assertThat(record.writing).hasSize(2);
  }

  @Test
  void brokenFromTheStart_isToldServedAndTriedWithoutACommit() {
    FaultyCommitLog readOnly = new FaultyCommitLog();
    readOnly.problem = "read-only";
    readOnly.failuresToCome = 1;
    VersionedStore broken = new VersionedStore(readOnly, Clock.systemUTC());
    assertThat(broken.durability().problem()).isEqualTo("read-only");
    ManualCommitThread own = new ManualCommitThread();
    Recorder told = new Recorder();
    CommitLoop ofIt = new CommitLoop(broken, BATCHING, told, own);
    own.runWaiting();
    assertThat(told.writing).containsExactly("not written: read-only");
    assertThat(broken.durability().problem()).isEqualTo("disk full");
    own.advance(RetryDelay.after(2));
    assertThat(broken.durability()).isEqualTo(Durability.DURABLE);
    assertThat(told.writing).containsExactly("not written: read-only", "written again");
    assertThat(readOnly.appended).isEmpty();
    ofIt.close();
  }

  @Test
  void failingDrain_isRetried() {
    source.failuresToCome = 2;
    put("a", "1");
    thread.advance(Duration.ofSeconds(5));
    assertThat(record.retries).containsExactly(RetryDelay.FIRST, RetryDelay.FIRST.multipliedBy(2));
    assertThat(served()).containsExactly("ns/a=1");
    assertThat(record.writing).isEmpty();
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
  void hold_duringFailedGatheringStopsTheRetriesUntilItsRelease() {
    source.failuresToCome = 1;
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
  void hold_whatIsPublishedIsWrittenMeanwhile() {
    log.failuresToCome = 1;
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    loop.execute(loop::hold);
    put("b", "1");
    thread.advance(Duration.ofMinutes(5));
    assertThat(served()).containsExactly("ns/a=1");
    assertThat(log.appended).hasSize(1);
    loop.execute(loop::release);
    thread.runWaiting();
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
  void close_duringFailureTriesOnceMoreWhateverTheDelay() {
    log.failuresToCome = 1;
    put("a", "1");
    thread.advance(Duration.ofMillis(100));
    loop.close();
    assertThat(log.appended).hasSize(1);
    assertThat(record.writing).containsExactly("not written: disk full", "written again");
  }

  @Test
  void close_withABrokenLogEndsAndSaysSo() {
    log.failuresToCome = 10;
    put("a", "1");
    loop.close();
    assertThat(served()).containsExactly("ns/a=1");
    assertThat(store.durability().unwritten()).isEqualTo(1);
    assertThat(log.appended).isEmpty();
  }

  @Test
  void close_withASourceThatFailsEndsAndSaysSo() {
    source.failuresToCome = 10;
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
        .hasMessage("max: 1s (expected: not below quiet, 2s)");
    assertThatThrownBy(() -> new Batching(Duration.ofSeconds(-1), Duration.ofSeconds(1)))
        .hasMessageContaining("PT-1S");
  }
}
