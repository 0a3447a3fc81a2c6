package io.fairlead.server.xds;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** The rounds of a stream under every order of steps of those who wake it. */
class RoundsConcurrencyTest {
  private static final int INVOCATIONS = 500;

  /** Threads that wake a stream, each after it left something to do, and the work that finds it. */
  private static final class Stream {
    // Written by those that wake, plainly: what orders it with the work is the wake-up alone.
    private final int[] left = new int[2];
    private final Queue<Thread> workers = new ConcurrentLinkedQueue<>();
    private final boolean heavy;
    private int found;
    private volatile boolean busy;
    private volatile boolean together;
    private final Rounds rounds;

    Stream(boolean heavy) {
      this.heavy = heavy;
      Executor onThreadOfItsOwn =
          task -> {
            Thread worker = new Thread(task);
            workers.add(worker);
            worker.start();
          };
      // Where the bulk lane takes over, the fast one works in the thread that wakes: fewer
      // threads,
      // so that more of their orders are tried.
      rounds = new Rounds(heavy ? Runnable::run : onThreadOfItsOwn, onThreadOfItsOwn, this::round);
    }

    private Rounds.Outcome round(Rounds.Lane lane) {
      together |= busy;
      busy = true;
      int sum = left[0] + left[1];
      Rounds.Outcome outcome = Rounds.Outcome.DONE;
      if (heavy && lane == Rounds.Lane.FAST) {
        outcome = Rounds.Outcome.FOR_BULK;
      } else {
        found = sum;
      }
      busy = false;
      return outcome;
    }

    private void run() throws InterruptedException {
      List<Thread> wakers = new ArrayList<>();
      for (int i = 0; i < left.length; i++) {
        int mine = i;
        Thread waker =
            new Thread(
                () -> {
                  left[mine] = 1;
                  rounds.wake();
                });
        waker.start();
        wakers.add(waker);
      }
      for (Thread waker : wakers) {
        waker.join();
      }
      for (Thread worker = workers.poll(); worker != null; worker = workers.poll()) {
        worker.join();
      }
      check(!together, "two rounds at a time");
      check(found == left.length, "lost wake-up: found " + found);
    }
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(problem);
    }
  }

  private static void stream(boolean heavy) {
    try {
      new Stream(heavy).run();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void wake_byTwoThreads_isFollowedByARoundThatSeesWhatBothLeft() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> stream(false));
  }

  @Test
  void wake_whileTheBulkLaneTakesOver_isFollowedByARoundThatSeesWhatBothLeft() {
    Lincheck.runConcurrentTest(INVOCATIONS, () -> stream(true));
  }
}
