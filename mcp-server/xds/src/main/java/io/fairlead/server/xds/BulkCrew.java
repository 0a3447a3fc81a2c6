package io.fairlead.server.xds;

import java.util.concurrent.Executor;

/** Who does what takes long, so that what is soon done does not wait for it. */
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
