package io.fairlead.versioning;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * A commit thread without a thread: tasks run when the test says so, in its own thread, and time
 * passes when the test turns it. Confined to the test's thread.
 */
public final class ManualCommitThread implements CommitThread {
  private record Timer(long due, long order, Runnable task) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::order));
  private long now = 5;
  private long order;
  private boolean running;
  private boolean closed;

  @Override
  public void execute(Runnable task) {
    if (!closed) {
      tasks.add(task);
    }
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    if (!closed) {
      timers.add(new Timer(now + delay.toNanos(), order++, task));
    }
  }

  @Override
  public boolean isCurrent() {
    return running;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void close() {
    closed = true;
    timers.clear();
    runWaiting();
  }

  /** Runs everything that waits and is due now. */
  public void runWaiting() {
    advance(Duration.ZERO);
  }

  /** Lets time pass, running each timer when it is due. */
  public void advance(Duration time) {
    long end = now + time.toNanos();
    while (true) {
      Runnable task = tasks.poll();
      if (task == null) {
        Timer timer = timers.peek();
        if (timer == null || timer.due() > end) {
          break;
        }
        timers.remove();
        now = Math.max(now, timer.due());
        task = timer.task();
      }
      running = true;
      try {
        task.run();
      } finally {
        running = false;
      }
    }
    now = end;
  }

  /** Number of timers that are set. */
  public int waitingTimers() {
    return timers.size();
  }
}
