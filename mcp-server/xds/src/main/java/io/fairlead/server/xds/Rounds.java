package io.fairlead.server.xds;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A scheduler of one stream's work in rounds: whatever happens wakes it, and each wake-up is
 * followed by the begin of a round, but for many wake-ups one round is enough. Thread-safe: {@link
 * #wake} may be called by any thread, the rounds run one after the other, each seeing what was done
 * before the wake-ups that it answers.
 */
final class Rounds {
  /** The executor of a round. */
  enum Lane {
    /** For rounds that are soon done. */
    FAST,
    /** For rounds that take long, so that no other waits for them. */
    BULK
  }

  /** The outcome of a round. */
  enum Outcome {
    /** All that was due is done. */
    DONE,
    /** The response that is due takes long: the round is to be done again in the bulk lane. */
    FOR_BULK
  }

  /** The work of a stream; it handles what it throws itself. */
  @FunctionalInterface
  interface Work {
    /** Does what is due now. */
    Outcome round(Lane lane);
  }

  // Wake-ups that no ended round has answered; above zero somebody has or will have a round.
  private final AtomicInteger wakes = new AtomicInteger();
  private final Executor fast;
  private final Executor bulk;
  private final Work work;

  Rounds(Executor fast, Executor bulk, Work work) {
    this.fast = fast;
    this.bulk = bulk;
    this.work = work;
  }

  /** Says that there may be something to do; returns at once. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      fast.execute(() -> run(Lane.FAST));
    }
  }

  private void run(Lane lane) {
    int seen = wakes.get();
    do {
      if (work.round(lane) == Outcome.FOR_BULK && lane == Lane.FAST) {
        // The wake-ups stay counted, so nobody else starts a round meanwhile.
        bulk.execute(() -> run(Lane.BULK));
        return;
      }
      // Those that came during the round are left: it may have looked before they did.
      seen = wakes.addAndGet(-seen);
    } while (seen != 0);
  }
}
