package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A queue of requested direct reads: each service waits at most once, a bounded number is under
 * way. A read requested while one is under way follows it, since that one may have been too early.
 * Confined to the owner's thread.
 */
final class ReadQueue {
  private enum State {
    /** Waits for its time. */
    DELAYED,
    /** Waits for a free slot. */
    QUEUED,
    /** Under way. */
    RUNNING
  }

  private static final class PendingRead {
    State state = State.DELAYED;
    // When it is due, or, while one is under way, when the next is; Long.MAX_VALUE: none.
    long due = Long.MAX_VALUE;
    // The timer set last; earlier ones do nothing.
    int timer;
  }

  private final int limit;
  private final Consumer<ServiceId> launch;
  private final AdapterClock clock;
  private final Map<ServiceId, PendingRead> reads = new HashMap<>();
  private final Deque<ServiceId> queue = new ArrayDeque<>();
  private int running;
  private boolean paused;

  /**
   * @param limit reads under way at once
   * @param launch begins a read and calls {@link #done} in the end, on the owner's thread
   */
  ReadQueue(int limit, Consumer<ServiceId> launch, AdapterClock clock) {
    this.limit = limit;
    this.launch = launch;
    this.clock = clock;
  }

  /** Requests a read; one that is requested already and due earlier counts for this one, too. */
  void request(ServiceId id, Duration delay) {
    long due = clock.nanoTime() + delay.toNanos();
    PendingRead pending = reads.get(id);
    if (pending == null) {
      pending = new PendingRead();
      reads.put(id, pending);
    }
    switch (pending.state) {
      case RUNNING -> pending.due = earlier(pending.due, due);
      case QUEUED -> {
        // It will be read sooner than requested.
      }
      case DELAYED -> {
        if (pending.due == Long.MAX_VALUE || due - pending.due < 0) {
          arm(id, pending, due);
        }
      }
    }
  }

  private static long earlier(long one, long other) {
    return one == Long.MAX_VALUE || other - one < 0 ? other : one;
  }

  private void arm(ServiceId id, PendingRead pending, long due) {
    pending.state = State.DELAYED;
    pending.due = due;
    int number = ++pending.timer;
    long wait = due - clock.nanoTime();
    if (wait <= 0) {
      enqueue(id, pending);
    } else {
      clock.after(
          Duration.ofNanos(wait),
          () -> {
            if (reads.get(id) == pending
                && pending.state == State.DELAYED
                && pending.timer == number) {
              enqueue(id, pending);
            }
          });
    }
  }

  private void enqueue(ServiceId id, PendingRead pending) {
    pending.state = State.QUEUED;
    queue.add(id);
    launchQueued();
  }

  private void launchQueued() {
    while (!paused && running < limit && !queue.isEmpty()) {
      ServiceId id = queue.remove();
      PendingRead pending = reads.get(id);
      if (pending != null && pending.state == State.QUEUED) {
        pending.state = State.RUNNING;
        pending.due = Long.MAX_VALUE;
        running++;
        launch.accept(id);
      }
    }
  }

  /** Marks a read as ended, successful or not. */
  void done(ServiceId id) {
    running--;
    PendingRead pending = reads.get(id);
    if (pending != null && pending.state == State.RUNNING) {
      if (pending.due == Long.MAX_VALUE) {
        reads.remove(id);
      } else {
        arm(id, pending, pending.due);
      }
    }
    launchQueued();
  }

  /** Drops the requests for a service; a read under way is not stopped. */
  void forget(ServiceId id) {
    reads.remove(id);
  }

  /** Starts no read until {@link #resume()}, because the registry does not answer. */
  void pause() {
    paused = true;
  }

  /** Starts reads again. */
  void resume() {
    paused = false;
    launchQueued();
  }
}
