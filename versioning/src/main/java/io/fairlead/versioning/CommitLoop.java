package io.fairlead.versioning;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single thread that changes state and commits it: tasks run on it in order, and what they
 * changed is gathered, drained from the {@link ChangeSource} and committed together.
 *
 * <p>Threading: every method may be called from any thread unless it says otherwise, and none but
 * {@link #close()} ever blocks. That is on purpose: adapters call from event loops and from threads
 * that clients own, and a full queue that made them wait could wait for ever on a commit thread
 * that closes one of these very adapters. What bounds the queue instead is that those who produce
 * many changes gather them where they arise and {@link #coalesced} one trigger for all of them: a
 * producer then never has more than one task waiting, and what it gathered is bounded by the number
 * of things that it is about, not by how often they change.
 *
 * <p>Nothing is lost on a failure. A task that throws is logged and told to the observer, and the
 * loop goes on. A source that fails to give its changes is asked again, with a growing delay. A log
 * that cannot be written holds up nothing: {@link VersionedStore} publishes from memory, and this
 * loop has it write again when its delay is over.
 */
public final class CommitLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CommitLoop.class);

  private final VersionedStore store;
  private final ChangeSource source;
  private final CommitThread thread;
  private final CommitObserver observer;
  private final Debounce debounce;
  private final AtomicBoolean closed = new AtomicBoolean();
  // Raised by any thread, lowered by the commit thread.
  private final AtomicInteger holds = new AtomicInteger();

  // All below is owned by the commit thread.
  // Drained but not yet published.
  private ChangeSet unsaved = ChangeSet.NONE;
  private boolean timerArmed;
  private boolean urgent;
  // Failed tries to gather and publish, in a row.
  private int failures;
  // Whether all is written, as the observer was told last.
  private boolean written = true;
  private boolean writeTimerArmed;

  /**
   * A loop on a thread of its own.
   *
   * @param store what is committed to; nobody else commits to it
   * @param source asked for changes on the commit thread
   */
  public CommitLoop(
      VersionedStore store, ChangeSource source, Batching batching, CommitObserver observer) {
    this(store, source, batching, observer, CommitThread.start("fairlead-commit"));
  }

  /** A loop on a given thread, which it closes with itself. */
  public CommitLoop(
      VersionedStore store,
      ChangeSource source,
      Batching batching,
      CommitObserver observer,
      CommitThread thread) {
    this.store = store;
    this.source = source;
    this.thread = thread;
    this.observer = observer;
    this.debounce = new Debounce(batching);
    if (!store.durability().durable()) {
      thread.execute(this::followWriting);
    }
  }

  /**
   * Has a change of state run on the commit thread, after those that wait already; it is committed
   * when the batching says so. Ignored once the loop is closed.
   */
  public void execute(Runnable change) {
    thread.execute(() -> run(change));
  }

  /**
   * Has a change of state run and commits at once, what was pending before it included: for a whole
   * view that clients shall see as one.
   */
  public void executeNow(Runnable change) {
    execute(
        () -> {
          commitAfterThisTask();
          change.run();
        });
  }

  /** Has a change of state run on the commit thread once the delay is over. */
  public void schedule(Duration delay, Runnable change) {
    thread.schedule(delay, () -> run(change));
  }

  /**
   * A trigger that has the change run once for any number of times that it is pulled before the
   * change begins; a pull after that has it run again.
   */
  public Runnable coalesced(Runnable change) {
    AtomicBoolean waiting = new AtomicBoolean();
    return () -> {
      if (waiting.compareAndSet(false, true)) {
        execute(
            () -> {
              waiting.set(false);
              change.run();
            });
      }
    };
  }

  /** Commits as soon as the present task has ended. On the commit thread only. */
  public void commitAfterThisTask() {
    assertCommitThread();
    urgent = true;
  }

  /**
   * Lets changes gather and commits nothing until each hold was released: an operator's
   * transaction. From any thread, and it counts before it returns: a commit under way goes on with
   * what it has gathered, but no task that is handed over from now on can be in a commit before the
   * release. (A task counted on the commit thread would come too late: a task that waits before it
   * may be a coalesced one, which takes in what is reported until it begins.)
   */
  public void hold() {
    holds.incrementAndGet();
  }

  /**
   * Ends one hold; the last one commits what has gathered. On the commit thread only, so that
   * everything handed over before the release is in that one commit.
   */
  public void release() {
    assertCommitThread();
    if (holds.getAndUpdate(held -> Math.max(0, held - 1)) == 0) {
      throw new IllegalStateException("holds: 0 (expected: a hold to release)");
    }
    urgent = true;
  }

  private boolean isHeld() {
    return holds.get() > 0;
  }

  /** Monotonic time in nanoseconds, of the same clock as the timers. */
  public long nanoTime() {
    return thread.nanoTime();
  }

  /** Fails unless the caller is the commit thread. */
  public void assertCommitThread() {
    if (!thread.isCurrent()) {
      throw new IllegalStateException(
          "thread: " + Thread.currentThread().getName() + " (expected: the commit thread)");
    }
  }

  private void run(Runnable change) {
    try {
      change.run();
    } catch (Throwable e) {
      // Also errors: a loop that ends in silence would freeze what is served for good.
      log.error("A change failed and is missing until its registry says it again", e);
      observer.taskFailed(e);
    }
    debounce.changed(thread.nanoTime());
    if (urgent) {
      urgent = false;
      commitUnlessHeld();
    } else {
      armTimer();
    }
  }

  private void armTimer() {
    // While a commit is to be tried again, or held, what comes waits for that.
    if (timerArmed || failures > 0 || isHeld() || !debounce.isPending()) {
      return;
    }
    timerArmed = true;
    thread.schedule(debounce.remaining(thread.nanoTime()), this::timerFired);
  }

  private void timerFired() {
    timerArmed = false;
    if (!debounce.isPending()) {
      return;
    }
    if (debounce.remaining(thread.nanoTime()).isZero()) {
      commitUnlessHeld();
    } else {
      armTimer();
    }
  }

  private void commitUnlessHeld() {
    if (!isHeld() && failures == 0) {
      commit();
    }
  }

  private void commit() {
    try {
      unsaved = unsaved.then(source.drain());
      debounce.taken(thread.nanoTime());
      store
          .commit(unsaved, thread::nanoTime)
          .ifPresent(published -> observer.committed(store.lastCommit()));
      unsaved = ChangeSet.NONE;
      if (failures > 0) {
        log.info("Changes are gathered again after {} failed tries", failures);
      }
      failures = 0;
      source.committed();
    } catch (Throwable e) {
      failures++;
      Duration delay = closed.get() ? Duration.ZERO : RetryDelay.after(failures);
      log.error(
          "Changes could not be gathered ({} failed tries, {} resources waiting); clients keep"
              + " the last snapshot{}",
          failures,
          unsaved.puts().size() + unsaved.removals().size(),
          closed.get()
              ? "; closing, the next start reads them anew"
              : ", next try in " + delay.toMillis() + "ms",
          e);
      observer.commitFailed(e, failures, delay);
      if (!delay.isZero()) {
        thread.schedule(delay, this::retry);
      }
    }
    followWriting();
  }

  // After whatever may have written: tells what changed, and has the log tried again.
  private void followWriting() {
    Durability now = store.durability();
    if (!now.durable() && !writeTimerArmed && !closed.get()) {
      writeTimerArmed = true;
      thread.schedule(store.untilNextWrite(thread.nanoTime()), this::writeTimerFired);
    }
    if (written != now.durable()) {
      written = now.durable();
      try {
        if (written) {
          observer.writtenAgain();
        } else {
          observer.notWritten(now);
        }
      } catch (RuntimeException e) {
        log.error("An observer failed on {}", now, e);
      }
    }
  }

  // Also while changes are held: what waits to be written was published long ago.
  private void writeTimerFired() {
    writeTimerArmed = false;
    store.writeIfDue(thread::nanoTime);
    followWriting();
  }

  private void commitTheLast() {
    commit();
    store.writeNow(thread::nanoTime);
    followWriting();
    Durability last = store.durability();
    if (last.unwritten() > 0) {
      log.error(
          "Closing with {} resources and notes not written: {}. The next start serves what was last"
              + " written until the registries have been read",
          last.unwritten(),
          last.problem());
    }
  }

  private void retry() {
    if (!isHeld()) {
      commit();
    } else {
      // The release commits, with what has gathered until then.
      failures = 0;
    }
  }

  /**
   * Runs what waits, commits what is pending (held or not), has it written if that works by now,
   * and ends the thread. Idempotent. Not to be called on the commit thread.
   */
  @Override
  public void close() {
    if (thread.isCurrent()) {
      throw new IllegalStateException("close: on the commit thread (expected: another thread)");
    }
    if (closed.compareAndSet(false, true)) {
      thread.execute(this::commitTheLast);
    }
    thread.close();
  }
}
