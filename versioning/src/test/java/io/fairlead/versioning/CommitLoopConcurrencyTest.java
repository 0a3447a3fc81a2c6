package io.fairlead.versioning;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** Tests of the hand-over of changes to the commit thread, under every order of steps. */
class CommitLoopConcurrencyTest {
  private static final int INVOCATIONS = 200;

  // Nothing is committed to it: what is looked at is when the loop asks for what has gathered.
  private static final VersionedStore STORE =
      new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());

  /** A registry whose reports are gathered where they arise and taken over by a coalesced task. */
  private static final class Registry {
    private final BorrowedThread thread = new BorrowedThread();
    private final Queue<String> inbox = new ConcurrentLinkedQueue<>();
    // Owned by the commit thread.
    private int taken;
    private int committed;
    private final CommitLoop loop =
        new CommitLoop(
            STORE,
            new Batching(Duration.ofMillis(1), Duration.ofMillis(1)),
            CommitObserver.NONE,
            thread);
    private final Runnable trigger = loop.coalesced(this::take);

    Registry() {
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, this::drain));
      thread.runWaiting();
    }

    private ChangeSet drain() {
      committed = taken;
      return ChangeSet.NONE;
    }

    private void take() {
      while (inbox.poll() != null) {
        taken++;
      }
      loop.commitAfterThisTask();
    }

    void report(String change) {
      inbox.add(change);
      trigger.run();
    }
  }

  private static void check(String what, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalStateException(what + ": " + actual + " (expected: " + expected + ")");
    }
  }

  private static void changesAreReportedWhileOthersAreTaken() {
    Registry registry = new Registry();
    registry.thread.runWhile(
        () -> {
          registry.report("a");
          registry.report("b");
        });
    registry.thread.runWaiting();
    check("committed", registry.committed, 2);
  }

  private static void changeIsReportedInAHold() {
    Registry registry = new Registry();
    registry.trigger.run();
    registry.thread.runWhile(
        () -> {
          registry.loop.hold();
          registry.report("held");
        });
    registry.thread.runWaiting();
    check("committed before the release", registry.committed, 0);
    registry.loop.execute(registry.loop::release);
    registry.thread.runWaiting();
    check("committed by the release", registry.committed, 1);
  }

  @Test
  void coalesced_pulledWhileItRuns_losesNothing() {
    Lincheck.runConcurrentTest(
        INVOCATIONS, CommitLoopConcurrencyTest::changesAreReportedWhileOthersAreTaken);
  }

  @Test
  void hold_whatIsReportedAfterIt_isInNoCommitBeforeTheRelease() {
    Lincheck.runConcurrentTest(INVOCATIONS, CommitLoopConcurrencyTest::changeIsReportedInAHold);
  }
}
