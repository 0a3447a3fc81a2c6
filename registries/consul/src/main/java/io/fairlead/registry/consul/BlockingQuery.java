package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A query of Consul that is repeated, each time waiting for an index above the last. It follows
 * Consul's rules for indexes, backs off after failures, and slows down where an index rises all the
 * time. Owned by the loop.
 *
 * @param <T> the content of an answer
 */
final class BlockingQuery<T> {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingQuery.class);
  private static final Duration QUICK_RETRY = Duration.ofMillis(50);

  private final Loop loop;
  private final ConnectionPools pools;
  private final Sender<T> sender;
  private final Listener<T> listener;
  private final Backoff backoff;
  private final TokenBucket bucket;
  private final WaitLimit waits;
  // The highest index seen: what the next answer is compared with.
  private long last;
  // The index that the next query waits for; 0 answers at once.
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
      ConnectionPools pools,
      Sender<T> sender,
      Listener<T> listener,
      Backoff backoff,
      TokenBucket bucket,
      WaitLimit waits) {
    this.loop = loop;
    this.pools = pools;
    this.sender = sender;
    this.listener = listener;
    this.backoff = backoff;
    this.bucket = bucket;
    this.waits = waits;
  }

  /** A way to send the query once. */
  interface Sender<T> {
    Call send(Query query, Consumer<Answer<T>> then);
  }

  /** The receiver of a query's outcomes. It may start and stop the query. */
  interface Listener<T> {
    /**
     * Takes an answer and returns whether it is accepted; a rejected one is read again after a
     * back-off.
     */
    boolean read(Answer.Read<T> read);

    /**
     * Takes a failure.
     *
     * @param inARow the number of failures since the last answer, this one included
     * @return the index to wait for next; 0 to read again at once
     */
    long failed(Answer.Failed<T> failed, int inARow, long index);

    /**
     * Called when the index went backwards and a second read confirmed it: the answer must be
     * ignored, and the query starts again from 0.
     */
    void wentBackwards(Answer.Read<T> read);

    /**
     * Called when a wait ended early and without anything new. The query reads again and then calls
     * {@link #wentBackwards} or {@link #verified}.
     */
    default void endedEarly() {}

    /**
     * Called when the answer after an early end is not older than the last one; {@link #read}
     * follows.
     *
     * @param changed whether it is newer
     */
    default void verified(boolean changed) {}
  }

  /** Starts waiting for an index above this one; 0 reads first. */
  void start(long index) {
    loop.assertOnLoop();
    stop();
    running = true;
    last = index;
    next = index;
    verifying = 0;
    sendQuery();
  }

  /** Reads now instead of waiting; the last index is kept for comparison. */
  void readNow() {
    loop.assertOnLoop();
    if (running) {
      cancel();
      next = 0;
      later(QUICK_RETRY);
    }
  }

  /** Stops the query; it may be started again. */
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
    timer = Optional.of(loop.after(delay, () -> pools.whenUp(this::sendIfRunning)));
  }

  private void sendIfRunning() {
    // While no address was up the query may have been stopped, or sent for another reason.
    if (running && call.isEmpty()) {
      sendQuery();
    }
  }

  private void sendQuery() {
    timer = Optional.empty();
    Query query = next == 0 ? Query.NOW : Query.after(next, waits.current());
    askedAt = loop.now();
    askedNanos = query.maxWait().toNanos();
    call = Optional.of(sender.send(query, this::answered));
  }

  private void answered(Answer<T> answer) {
    call = Optional.empty();
    Duration delay =
        answer instanceof Answer.Read<T> read
            ? onAnswer(read)
            : onFailure((Answer.Failed<T>) answer);
    if (running && call.isEmpty() && timer.isEmpty()) {
      later(delay);
    }
  }

  private Duration onAnswer(Answer.Read<T> read) {
    failures = 0;
    long waited = loop.now() - askedAt;
    if (next > 0 && read.index() == next && waited < askedNanos) {
      LOG.debug(
          "registry {}: index still {} before the wait was over: reading again",
          loop.registry(),
          read.index());
      verifying = waited;
      next = 0;
      listener.endedEarly();
      return Duration.ZERO;
    }
    if (WaitIndex.wentBackwards(last, read.index())) {
      LOG.debug(
          "registry {}: index {} after {}: reading again", loop.registry(), read.index(), last);
      if (next == 0) {
        // The second read, without waiting, is lower too: not just an answer of another server.
        last = 0;
        verifying = 0;
        listener.wentBackwards(read);
      }
      next = 0;
      return bucket.take(loop.now());
    }
    verify(read);
    last = WaitIndex.usable(read.index());
    if (!accepted(read)) {
      next = 0;
      return backoff.next();
    }
    next = last;
    backoff.reset();
    return bucket.take(loop.now());
  }

  /**
   * Reports the outcome of an early end. Consul ends a wait early, with the previous state, when
   * its state is restored from a snapshot. A query that waited for the same index again would miss
   * that, since a lower index wakes nobody; so each early end is followed by a read at once.
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

  private boolean accepted(Answer.Read<T> read) {
    try {
      return listener.read(read);
    } catch (RuntimeException e) {
      // A fault of the gateway must not end the watch: it is reported, and the answer is read
      // again.
      LOG.error("registry {}: an answer of Consul could not be processed", loop.registry(), e);
      listener.failed(Answer.Failed.notApplied(e), failures, next);
      return false;
    }
  }

  private Duration onFailure(Answer.Failed<T> failed) {
    failures++;
    LOG.debug("registry {}: {}", loop.registry(), failed.problem());
    boolean cut = failed.fault() == Fault.UNREACHABLE || failed.fault() == Fault.SERVER;
    if (next > 0 && cut) {
      // A proxy may end each wait with an error of its own.
      noteEarlyEnd(Math.min(loop.now() - askedAt, askedNanos));
    }
    next = listener.failed(failed, failures, next);
    if (failed.fault() == Fault.UNREACHABLE && failures == 1) {
      // The connection broke; the next goes over another one, or waits for an address to be up.
      return QUICK_RETRY;
    }
    return backoff.next();
  }
}
