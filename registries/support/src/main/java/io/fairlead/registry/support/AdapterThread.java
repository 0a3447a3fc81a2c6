package io.fairlead.registry.support;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of an adapter, named {@code TYPE-REGISTRY}, or of a config source, which runs its
 * tasks one after the other. State that only its tasks use needs no lock. The thread begins with
 * the first task and is gone when {@link #close} returns. Thread-safe.
 */
public final class AdapterThread implements AdapterClock, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdapterThread.class);
  private static final long CLOSE_SECONDS = 15;

  private final String name;
  private final String subject;
  private final Consumer<Throwable> onFault;
  private final ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * @param type the registry type, such as {@code consul}
   * @param registry the registry's configured name, see {@link
   *     io.fairlead.registry.AdapterContext#registry()}
   * @param onFault takes what a task threw, on this thread; the fault is logged already
   */
  public AdapterThread(String type, String registry, Consumer<Throwable> onFault) {
    this(onFault, type + "-" + registry, "registry " + registry);
  }

  private AdapterThread(Consumer<Throwable> onFault, String name, String subject) {
    this.name = name;
    this.subject = subject;
    this.onFault = onFault;
    this.executor = new ScheduledThreadPoolExecutor(1, this::newThread);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
  }

  /**
   * Returns the thread of something else than a registry.
   *
   * @param name of the thread
   * @param subject what its log lines begin with, such as {@code config source mesh}
   * @param onFault as of an adapter
   */
  public static AdapterThread named(String name, String subject, Consumer<Throwable> onFault) {
    return new AdapterThread(onFault, name, subject);
  }

  private Thread newThread(Runnable task) {
    Thread made = new Thread(task, name);
    made.setDaemon(true);
    thread = made;
    return made;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant instant() {
    return Instant.now();
  }

  /** Runs a task as soon as those before it are done. */
  public void execute(Runnable task) {
    after(Duration.ZERO, task);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    Future<?> unused = schedule(delay, task);
  }

  /** Returns the scheduled task; null once the thread was closed. */
  @Nullable Future<?> schedule(Duration delay, Runnable task) {
    try {
      return executor.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.trace("{}: closed", subject, e);
      return null;
    }
  }

  /**
   * Runs a task again and again until the end, first at once. The task returns the pause until its
   * next run. One that throws is reported as a fault and runs again after a growing pause, so a
   * failure that is expected is best caught within it. The first run may begin before this call has
   * returned.
   */
  public RepeatedTask repeat(Callable<Duration> task) {
    Backoff backoff =
        new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), new SplittableRandom());
    RepeatedTask repeated = new RepeatedTask(this, task, backoff);
    repeated.within(Duration.ZERO);
    return repeated;
  }

  private void guarded(Runnable task) {
    if (closed) {
      return;
    }
    try {
      task.run();
    } catch (Throwable e) {
      // Everything is caught: the executor would swallow it.
      fault(e);
    }
  }

  void fault(Throwable fault) {
    if (closed) {
      // What the end interrupted.
      LOG.debug("{}: closed during a task", subject, fault);
      return;
    }
    LOG.error("{}: a fault in its code", subject, fault);
    try {
      onFault.accept(fault);
    } catch (RuntimeException again) {
      LOG.error("{}: the fault could not be reported", subject, again);
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether the calling thread is this one. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Throws unless it is called on this thread. */
  public void assertCurrent() {
    if (!isCurrent()) {
      throw new IllegalStateException(
          "thread: " + Thread.currentThread().getName() + " (expected: " + name + ")");
    }
  }

  /**
   * Ends the thread: the running task is interrupted and waited for, unless it is the one that
   * calls; the others never run. What blocks a task and heeds no interrupt, such as a socket, must
   * be closed before. Idempotent; nothing is thrown.
   */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    if (isCurrent()) {
      return;
    }
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{}: a task did not end within {} s", subject, CLOSE_SECONDS);
        return;
      }
      // The executor counts as ended a little before its thread does.
      Thread last = thread;
      if (last != null) {
        last.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
