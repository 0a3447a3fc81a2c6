package io.fairlead.server.xds;

import java.util.concurrent.Executor;

/** The workers of large tasks, kept apart so that small ones never queue behind them. */
@FunctionalInterface
interface BulkCrew extends Executor {
  /**
   * Waits on behalf of a task that is being done, while others have its turn.
   *
   * @param waiting returns when the task can go on
   */
  default void pause(Runnable waiting) {
    waiting.run();
  }
}
