package io.fairlead.versioning;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A timer of a commit loop for whatever is due next: setting it again for something earlier
 * replaces what was set. Confined to the commit thread.
 */
public final class DueTimer {
  private final CommitLoop loop;
  private final Runnable task;
  // Monotonic time for which it is set; null: it is not.
  private @Nullable Long due;

  /** Creates a timer that is not set. */
  public DueTimer(CommitLoop loop, Runnable task) {
    this.loop = loop;
    this.task = task;
  }

  /** Has the task run once the delay is over, unless it runs before that anyway. */
  public void set(Duration delay) {
    long next = loop.nanoTime() + delay.toNanos();
    Long before = due;
    if (before == null || next - before < 0) {
      due = next;
      loop.schedule(delay, this::fired);
    }
  }

  private void fired() {
    Long set = due;
    if (set == null || loop.nanoTime() - set < 0) {
      // Set before an earlier one was needed, which has run or whose successor is still to come.
      return;
    }
    due = null;
    task.run();
  }
}
