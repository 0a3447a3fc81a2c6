package io.fairlead.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeadingEdgeTest {
  private ChangeSet gathered = ChangeSet.NONE;
  private final List<CommitSummary> commits = new ArrayList<>();
  private final CommitObserver observer =
      new CommitObserver() {
        @Override
        public void committed(CommitSummary commit) {
          commits.add(commit);
        }
      };
  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());

  private CommitLoop loop(Batching batching, CommitThread thread) {
    CommitLoop loop = new CommitLoop(store, batching, observer, thread);
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, this::drain));
    return loop;
  }

  /** A loop whose start is longer ago than changes wait. */
  private CommitLoop loop(Batching batching, ManualCommitThread thread) {
    CommitLoop loop = loop(batching, (CommitThread) thread);
    thread.advance(batching.max());
    return loop;
  }

  private ChangeSet drain() {
    ChangeSet drained = gathered;
    gathered = ChangeSet.NONE;
    return drained;
  }

  private void put(CommitLoop loop, int name) {
    Resource resource = Resources.of("s" + name, "1");
    loop.execute(() -> gathered = gathered.then(ChangeSet.of(List.of(resource), List.of())));
  }

  @Test
  void isolatedChange_goesOutAtOnceAndWhatFollowsIsGathered() {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(Batching.DEFAULT, thread);
    put(loop, 1);
    thread.runWaiting();
    assertThat(commits).hasSize(1);
    thread.advance(Duration.ofMillis(99));
    put(loop, 2);
    thread.advance(Duration.ofMillis(50));
    put(loop, 3);
    thread.advance(Duration.ofMillis(99));
    assertThat(commits).hasSize(1);
    thread.advance(Duration.ofMillis(1));
    assertThat(commits).hasSize(2);
    thread.advance(Duration.ofMillis(100));
    put(loop, 4);
    thread.runWaiting();
    assertThat(commits).hasSize(3);
    assertThat(thread.waitingTimers()).isZero();
  }

  @Test
  void isolatedChange_waitsForTheReleaseOfAHold() {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(Batching.DEFAULT, thread);
    loop.hold();
    put(loop, 1);
    thread.advance(Duration.ofSeconds(5));
    assertThat(commits).isEmpty();
    loop.execute(loop::release);
    thread.runWaiting();
    assertThat(commits).hasSize(1);
  }

  @Test
  void wholeView_isOneCommitWithWhatWasPending() {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(Batching.DEFAULT, thread);
    put(loop, 1);
    loop.executeNow(() -> put(loop, 2));
    put(loop, 3);
    thread.runWaiting();
    assertThat(commits).hasSize(1);
    thread.advance(Duration.ofSeconds(1));
    assertThat(commits).hasSize(2);
  }

  @Test
  void burst_inOneGoIsOneCommit() {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(Batching.DEFAULT, thread);
    for (int i = 0; i < 1000; i++) {
      put(loop, i);
    }
    thread.advance(Duration.ofSeconds(5));
    assertThat(commits).extracting(CommitSummary::puts).containsExactly(1000);
  }

  @Test
  void burst_thatIsSlowerThanTheThreadIsTwoCommits() {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(Batching.DEFAULT, thread);
    for (int i = 0; i < 1000; i++) {
      put(loop, i);
      thread.advance(Duration.ofNanos(500_000));
    }
    thread.advance(Duration.ofSeconds(5));
    assertThat(commits).extracting(CommitSummary::puts).containsExactly(1, 999);
  }

  @Test
  void burst_onARealThreadIsAtMostTwoCommits() {
    // Much longer than the test takes, so that the second commit is that of the close.
    Batching batching = new Batching(Duration.ofMinutes(5), Duration.ofMinutes(5));
    CommitLoop loop = loop(batching, CommitThread.start("test-commit"));
    for (int i = 0; i < 1000; i++) {
      put(loop, i);
    }
    loop.close();
    assertThat(commits).hasSizeBetween(1, 2);
    assertThat(store.current().size(Resources.TYPE)).isEqualTo(1000);
  }

  private int steadyChanges(Batching batching) {
    ManualCommitThread thread = new ManualCommitThread();
    CommitLoop loop = loop(batching, thread);
    for (int i = 0; i < 1000; i++) {
      put(loop, i);
      thread.advance(Duration.ofMillis(5));
    }
    thread.advance(Duration.ofSeconds(5));
    return commits.size();
  }

  @Test
  void thousandChangesInFiveSeconds_areOneCommitASecondAndTheFirst() {
    assertThat(steadyChanges(Batching.DEFAULT)).isEqualTo(6);
  }

  @Test
  void thousandChangesInFiveSeconds_withoutALeadingEdgeAreOneCommitASecond() {
    Batching trailing = new Batching(Batching.DEFAULT.quiet(), Batching.DEFAULT.max(), false);
    assertThat(steadyChanges(trailing)).isEqualTo(5);
  }
}
