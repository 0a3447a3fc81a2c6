package io.fairlead.versioning;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A commit thread that whoever calls {@link #runWaiting} is for as long; it has no timers. For
 * tests that go through every order of steps of several threads.
 */
public final class BorrowedThread implements CommitThread {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread current;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void schedule(Duration delay, Runnable task) {}

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == current;
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public void close() {}

  /** Runs the tasks that wait, and those that they bring, on the caller's thread. */
  public void runWaiting() {
    current = Thread.currentThread();
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    current = null;
  }

  /** Runs the tasks that wait while others do something, each on a thread of its own. */
  public void runWhile(Runnable... others) {
    Thread[] threads = new Thread[others.length + 1];
    threads[others.length] = new Thread(this::runWaiting);
    for (int i = 0; i < others.length; i++) {
      threads[i] = new Thread(others[i]);
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
