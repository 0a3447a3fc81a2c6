package io.fairlead.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A factory of single-threaded daemon timers. */
final class Timers {
  private Timers() {}

  /** Returns a timer on a daemon thread of its own, which its owner has to shut down. */
  static ScheduledExecutorService daemon(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread created = new Thread(task, name);
          created.setDaemon(true);
          return created;
        });
  }
}
