package io.fairlead.versioning;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A commit thread on an executor of the JDK. */
final class ScheduledCommitThread implements CommitThread {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduledCommitThread.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ScheduledThreadPoolExecutor executor;
  // Written by the thread factory when the executor starts its thread, read by any.
  private volatile @Nullable Thread thread;

  ScheduledCommitThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, name);
              thread = made;
              return made;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    try {
      // The executor treats it as a timer that is due, so it runs even after a shutdown.
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed: a task was ignored");
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // tasks handle what they throw themselves
  public void schedule(Duration delay, Runnable task) {
    try {
      executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed: a timer was ignored");
    }
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void close() {
    executor.shutdown();
    boolean interrupted = false;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        if (!executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          LOG.error(
              "The commit thread has not ended {}s after it was told to", PATIENCE.toSeconds());
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
