package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One query of Consul asked again and again, each time waiting for an index above the last. It
 * keeps Consul's rules for indexes, backs off after failures, and slows down where an index rises
 * all the time. Owned by the loop.
 *
 * @param <T> what an answer holds
 */
final class BlockingQuery<T> {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingQuery.class);
  private static final Duration SOON = Duration.ofMillis(50);

  private final Loop loop;
  private final Endpoints endpoints;
  private final Source<T> source;
  private final Listener<T> listener;
  private final Backoff backoff;
  private final TokenBucket bucket;
  private final WaitLimit waits;
  // The highest index seen: what the next answer is compared with.
  private long last;
  // What the next query waits for; 0 answers at once.
  private long next;
  private long askedAt;
  private long askedNanos;
  // How long the present query waited before it ended early, while that is verified by a read; 0
  // if it is not. And the same of the last early end without anything new.
  private long verifying;
  private long lastEarly;
  private int failures;
  private boolean running;
  private Optional<Call> call = Optional.empty();
  private Optional<Loop.Timer> timer = Optional.empty();

  BlockingQuery(
      Loop loop,
      Endpoints endpoints,
      Source<T> source,
      Listener<T> listener,
      Backoff backoff,
      TokenBucket bucket,
      WaitLimit waits) {
    this.loop = loop;
    this.endpoints = endpoints;
    this.source = source;
    this.listener = listener;
    this.backoff = backoff;
    this.bucket = bucket;
    this.waits = waits;
  }

  /** Makes one call. */
  interface Source<T> {
    Call ask(Query query, Consumer<Answer<T>> then);
  }

  /** Takes what comes. It may start and stop the query. */
  interface Listener<T> {
    /** Takes an answer; says whether it is believed. If not, it is read again after a while. */
    boolean read(Answer.Read<T> read);

    /**
     * Takes a failure.
     *
     * @param inARow how many there have been since the last answer, this one included
     * @return the index to wait for next; 0 to read again at once
     */
    long failed(Answer.Failed<T> failed, int inARow, long index);

    /**
     * The index went backwards, also when it was read again: the answer is not to be taken over,
     * and the query starts again from 0.
     */
    void wentBackwards(Answer.Read<T> read);

    /**
     * A wait ended before its time and without anything new. It is being read again; what comes of
     * it is told by {@link #wentBackwards} or {@link #verified}.
     */
    default void endedEarly() {}

    /**
     * What was read after an early end is not older than what was known; {@link #read} follows.
     *
     * @param changed whether it is newer
     */
    default void verified(boolean changed) {}
  }

  /** Begins to wait for an index above this one; 0 reads first. */
  void start(long index) {
    loop.check();
    stop();
    running = true;
    last = index;
    next = index;
    verifying = 0;
    ask();
  }

  /** Reads now, in place of waiting; the last index is kept for comparison. */
  void readNow() {
    loop.check();
    if (running) {
      cancel();
      next = 0;
      later(SOON);
    }
  }

  /** Ends it; it may be started again. */
  void stop() {
    running = false;
    cancel();
  }

  boolean isRunning() {
    return running;
  }

  private void cancel() {
    timer.ifPresent(Loop.Timer::cancel);
    timer = Optional.empty();
    call.ifPresent(Call::cancel);
    call = Optional.empty();
  }

  private void later(Duration delay) {
    timer = Optional.of(loop.after(delay, () -> endpoints.whenUp(this::askIfRunning)));
  }

  private void askIfRunning() {
    // Parked while no address was up: meanwhile it may have been stopped, or asked otherwise.
    if (running && call.isEmpty()) {
      ask();
    }
  }

  private void ask() {
    timer = Optional.empty();
    Query query = next == 0 ? Query.NOW : Query.after(next, waits.current());
    askedAt = loop.now();
    askedNanos = query.patience().toNanos();
    call = Optional.of(source.ask(query, this::answered));
  }

  private void answered(Answer<T> answer) {
    call = Optional.empty();
    Duration delay =
        answer instanceof Answer.Read<T> read ? took(read) : lost((Answer.Failed<T>) answer);
    if (running && call.isEmpty() && timer.isEmpty()) {
      later(delay);
    }
  }

  private Duration took(Answer.Read<T> read) {
    failures = 0;
    long waited = loop.now() - askedAt;
    if (next > 0 && read.index() == next && waited < askedNanos) {
      LOG.debug("index: still {} before the wait was over: reading again", read.index());
      verifying = waited;
      next = 0;
      listener.endedEarly();
      return Duration.ZERO;
    }
    if (WaitIndex.wentBackwards(last, read.index())) {
      LOG.debug("index: {} after {}: reading again", read.index(), last);
      if (next == 0) {
        // Not only an answer from elsewhere: read again without waiting, it is lower still.
        last = 0;
        verifying = 0;
        listener.wentBackwards(read);
      }
      next = 0;
      return bucket.take(loop.now());
    }
    verify(read);
    last = WaitIndex.usable(read.index());
    if (!believed(read)) {
      next = 0;
      return backoff.next();
    }
    next = last;
    backoff.reset();
    return bucket.take(loop.now());
  }

  /**
   * Tells what came of an early end. Consul ends a wait early, with the state of before, when its
   * state is set back to a snapshot. A query that went on to wait for the same index would miss
   * that, as an index below it wakes nobody; so each early end is followed by a read at once.
   */
  private void verify(Answer.Read<T> read) {
    if (verifying == 0) {
      return;
    }
    long waited = verifying;
    verifying = 0;
    boolean changed = read.index() > last;
    if (!changed) {
      noteEarlyEnd(waited);
    }
    listener.verified(changed);
  }

  private void noteEarlyEnd(long waited) {
    waits.endedEarly(waited, lastEarly);
    lastEarly = waited;
  }

  private boolean believed(Answer.Read<T> read) {
    try {
      return listener.read(read);
    } catch (RuntimeException e) {
      // A fault of ours must not end the watch: it is told, and the answer is taken again later.
      LOG.error("an answer of Consul could not be taken over", e);
      listener.failed(Answer.Failed.notTaken(e), failures, next);
      return false;
    }
  }

  private Duration lost(Answer.Failed<T> failed) {
    failures++;
    LOG.debug("{}", failed.problem());
    boolean cut = failed.fault() == Fault.UNREACHABLE || failed.fault() == Fault.SERVER;
    if (next > 0 && cut) {
      // A proxy may end each wait with an error of its own.
      noteEarlyEnd(Math.min(loop.now() - askedAt, askedNanos));
    }
    next = listener.failed(failed, failures, next);
    if (failed.fault() == Fault.UNREACHABLE && failures == 1) {
      // The connection broke; the next goes over another one, or waits for an address to be up.
      return SOON;
    }
    return backoff.next();
  }
}
