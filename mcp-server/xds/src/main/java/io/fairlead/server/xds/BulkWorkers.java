package io.fairlead.server.xds;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bulk executor with a thread for each large response that is being written, of which few have a
 * turn at a time; those that wait long for their client to read need none. Turns are given in the
 * order in which they are asked for. Thread-safe.
 */
final class BulkWorkers implements BulkExecutor {
  private static final long IDLE_SECONDS = 10;

  private final Semaphore turns;
  private final ExecutorService threads;

  /**
   * Makes workers without work.
   *
   * @param turns number of tasks that have a turn at a time
   */
  BulkWorkers(int turns, ThreadFactory factory) {
    this.turns = new Semaphore(turns, true);
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory,
            // A stream that wakes after the stop has nothing left to do.
            new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(
        () -> {
          turns.acquireUninterruptibly();
          try {
            task.run();
          } finally {
            turns.release();
          }
        });
  }

  @Override
  public void pause(Runnable waiting) {
    turns.release();
    try {
      waiting.run();
    } finally {
      turns.acquireUninterruptibly();
    }
  }

  /** Takes no further tasks; those that were begun are done. */
  void shutdown() {
    threads.shutdown();
  }
}
