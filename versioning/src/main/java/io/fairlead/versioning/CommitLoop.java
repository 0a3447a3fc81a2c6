package io.fairlead.versioning;

import io.fairlead.common.Counts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single thread that changes state and commits it: tasks run on it in order, and what they
 * changed is gathered, drained from the {@link ChangeSource}s and committed together. It knows no
 * kind of resource: whoever has changes of another kind is one source more, and shares the debounce
 * and the operators' {@link Transactions} with the others.
 *
 * <p>Sources come and go with {@link #configure}. No client is answered before all of them are
 * {@link ChangeSource#isReady() ready}, since istiod deletes what a first answer lacks. What the
 * store holds of a source that is not there any more, be it since a restart, stays served until
 * those that are there are ready, and goes in the commit that shows that, less what they have taken
 * over by then.
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
 * loop goes on. A source that fails to give its changes is asked again, with a growing delay, and
 * the others are committed without it. A log that cannot be written holds up nothing: {@link
 * VersionedStore} publishes from memory, and this loop has it write again when its delay is over.
 */
public final class CommitLoop implements AutoCloseable {
  /**
   * The name of the source that has what bears no source's name in the store: all that was written
   * before there were several.
   */
  public static final String FIRST_SOURCE = "services";

  private static final Logger LOG = LoggerFactory.getLogger(CommitLoop.class);

  private final VersionedStore store;
  private final CommitThread thread;
  private final CommitObserver observer;
  private final Debounce debounce;
  private final AtomicBoolean closed = new AtomicBoolean();
  // Raised by any thread, lowered by the commit thread.
  private final AtomicInteger holds = new AtomicInteger();
  private final Transactions transactions;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile boolean configured;

  // All below is owned by the commit thread.
  private final Sources sources;
  // Drained but not yet published.
  private ChangeSet unsaved = ChangeSet.NONE;
  private boolean timerArmed;
  private boolean urgent;
  private final Retries publishing = new Retries();
  // Whether all is written, as the observer was told last.
  private boolean written = true;
  private boolean writeTimerArmed;

  /**
   * A loop on a thread of its own.
   *
   * @param store what is committed to; nobody else commits to it
   */
  public CommitLoop(VersionedStore store, Batching batching, CommitObserver observer) {
    this(store, batching, observer, CommitThread.start("fairlead-commit"));
  }

  /** A loop on a given thread, which it closes with itself. */
  public CommitLoop(
      VersionedStore store, Batching batching, CommitObserver observer, CommitThread thread) {
    this.store = store;
    this.thread = thread;
    this.observer = observer;
    this.debounce = new Debounce(batching);
    this.sources = new Sources(store);
    this.transactions = new Transactions(this, store, sources::waiting);
    if (!store.durability().durable()) {
      thread.execute(this::followWriting);
    }
  }

  /**
   * Goes over to a set of sources, by their names, in one step. Those that are there already stay
   * as they are. What those have that are not in it goes as soon as all that are in it are ready,
   * so a source that takes its place takes over without a gap, and one that was taken away is
   * waited for by nobody.
   *
   * @param byName all sources from now on; asked in this order
   * @throws IllegalArgumentException if a name has a slash in it
   */
  public void configure(Map<String, ? extends ChangeSource> byName) {
    for (String name : byName.keySet()) {
      if (name.isEmpty() || name.indexOf('/') >= 0) {
        throw new IllegalArgumentException("name: " + name + " (expected: a name without a slash)");
      }
    }
    Map<String, ChangeSource> next = new LinkedHashMap<>(byName);
    configured = true;
    executeNow(() -> sources.replace(next));
  }

  /**
   * Returns what the store holds of a source, for it to begin with. On the commit thread, or before
   * any source is configured; a source that is added later reads its state and is configured in one
   * task, so that no commit comes between.
   */
  public SourceState stateOf(String source) {
    if (configured) {
      assertCommitThread();
    }
    return sources.stateOf(source);
  }

  /**
   * Completed when every source is ready and the newest snapshot shows what they had by then: from
   * then on clients may be answered, whatever becomes of a source. What depends on it runs on the
   * commit thread and must return at once.
   */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /** Names of the sources that are not ready, in their order. */
  public List<String> unready() {
    return sources.unready();
  }

  /** The operators' transactions, which hold back the changes of all sources. */
  public Transactions transactions() {
    return transactions;
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
  void hold() {
    holds.incrementAndGet();
  }

  /**
   * Ends one hold; the last one commits what has gathered. On the commit thread only, so that
   * everything handed over before the release is in that one commit.
   */
  void release() {
    assertCommitThread();
    if (holds.getAndUpdate(held -> Math.max(0, held - 1)) == 0) {
      throw new IllegalStateException("holds: 0 (expected: a hold to release)");
    }
    urgent = true;
  }

  private boolean isHeld() {
    return holds.get() > 0;
  }

  /** Gathers changes by other times from now on; what has gathered is committed at once. */
  public void use(Batching batching) {
    executeNow(() -> debounce.use(batching));
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
      LOG.error("A change failed and is missing until its registry says it again", e);
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
    // While commits are held, what comes waits for that.
    if (timerArmed || isHeld() || !debounce.isPending()) {
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
    if (!isHeld()) {
      commit();
    }
  }

  private void commit() {
    debounce.taken(thread.nanoTime());
    unsaved = sources.gather(unsaved, this::isDue, this::failed);
    if (isDue(publishing)) {
      publish();
    }
    followWriting();
  }

  // The last commit leaves nothing for later.
  private boolean isDue(Retries retries) {
    return closed.get() || retries.isDue(thread.nanoTime());
  }

  private void publish() {
    try {
      store
          .commit(unsaved, thread::nanoTime)
          .ifPresent(published -> observer.committed(store.lastCommit()));
      unsaved = ChangeSet.NONE;
      sources.committed();
      transactions.committed();
      publishing.succeeded();
      if (sources.isReady()) {
        ready.complete(null);
      }
    } catch (Throwable e) {
      failed(
          "a commit of " + Counts.of(unsaved.puts().size() + unsaved.removals().size(), "change"),
          publishing,
          e);
    }
  }

  private void failed(String what, Retries retries, Throwable cause) {
    Duration delay = retries.failed(thread.nanoTime());
    boolean last = closed.get();
    LOG.error(
        "{} failed ({} failed tries); clients keep the last state{}",
        what,
        retries.failures(),
        last
            ? "; closing, the next start reads it anew"
            : ", next try in " + delay.toMillis() + "ms",
        cause);
    observer.commitFailed(cause, retries.failures(), last ? Duration.ZERO : delay);
    if (!last) {
      // While commits are held, their release is the next try.
      thread.schedule(delay, this::commitUnlessHeld);
    }
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
        LOG.error("An observer failed on {}", now, e);
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
      LOG.error(
          "Closing with {} resources and notes not written: {}. The next start serves what was last"
              + " written until the registries have been read",
          last.unwritten(),
          last.problem());
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
    transactions.close();
    if (closed.compareAndSet(false, true)) {
      thread.execute(this::commitTheLast);
    }
    thread.close();
  }
}
