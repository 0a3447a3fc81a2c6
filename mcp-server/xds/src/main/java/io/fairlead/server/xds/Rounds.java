package io.fairlead.server.xds;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has one stream's work done in rounds: whatever happens wakes it, and each wake-up is followed by
 * the begin of a round, but for many wake-ups one round is enough. Thread-safe: {@link #wake} may
 * be called by any thread, the rounds run one after the other, each seeing what was done before the
 * wake-ups that it answers.
 */
final class Rounds {
  /** Who does a round. */
  enum Crew {
    /** Those that do what is soon done. */
    LIGHT,
    /** Those that do what takes long, so that the others do not. */
    BULK
  }

  /** How a round ended. */
  enum Outcome {
    /** All that was due is done. */
    DONE,
    /** What is due takes long: the round is to be done again by the bulk crew. */
    FOR_BULK
  }

  /** The work of a stream; it handles what it throws itself. */
  @FunctionalInterface
  interface Work {
    /** Does what is due now. */
    Outcome round(Crew crew);
  }

  // Wake-ups that no ended round has answered; above zero somebody has or will have a round.
  private final AtomicInteger wakes = new AtomicInteger();
  private final Executor light;
  private final Executor bulk;
  private final Work work;

  Rounds(Executor light, Executor bulk, Work work) {
    this.light = light;
    this.bulk = bulk;
    this.work = work;
  }

  /** Says that there may be something to do; returns at once. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      light.execute(() -> run(Crew.LIGHT));
    }
  }

  private void run(Crew crew) {
    int seen = wakes.get();
    do {
      if (work.round(crew) == Outcome.FOR_BULK && crew == Crew.LIGHT) {
        // The wake-ups stay counted, so nobody else starts a round meanwhile.
        bulk.execute(() -> run(Crew.BULK));
        return;
      }
      // Those that came during the round are left: it may have looked before they did.
      seen = wakes.addAndGet(-seen);
    } while (seen != 0);
  }
}
