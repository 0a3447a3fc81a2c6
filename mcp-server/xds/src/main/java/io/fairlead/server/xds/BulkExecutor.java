package io.fairlead.server.xds;

import java.util.concurrent.Executor;

/** An executor that runs large responses apart, so that small ones never queue behind them. */
@FunctionalInterface
interface BulkExecutor extends Executor {
  /**
   * Waits on behalf of a task that is running, while others have its turn.
   *
   * @param waiting returns when the task can go on
   */
  default void pause(Runnable waiting) {
    waiting.run();
  }
}
