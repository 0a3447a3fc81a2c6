package io.fairlead.versioning;

import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' transactions that are open. Each holds the commit loop from its opening until it
 * is released or its time is over; when the last one ends, all that has gathered of all sources is
 * one commit. It delays and takes nothing back, since what sources say are facts; and a restart
 * knows of none, as the end of the loop commits what has gathered.
 *
 * <p>Order. A transaction holds the loop within the call that opens it, so that nothing an adapter
 * reports afterwards can get into a commit, whatever waits for the commit thread. It ends by a task
 * on the commit thread, so that all that was reported before the release is in the one commit.
 *
 * <p>Threading: methods may be called from any thread unless they say otherwise. The lock guards
 * what is open; within it only the loop's counter is raised, and nothing is waited for.
 */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  static final int MAX_OPEN = 100;
  static final Duration MAX_TTL = Duration.ofHours(24);

  /** Times in nanoseconds are of the loop's clock. */
  private record Transaction(
      String id, Instant opened, Instant expires, long openedNanos, long expiresNanos) {}

  /** A way in which a transaction ends. */
  private enum Ending {
    RELEASED("was released"),
    EXPIRED("was not released in time and ends by itself");

    final String text;

    Ending(String text) {
      this.text = text;
    }
  }

  /** A transaction that ended and is not committed yet, with the number of the commit before. */
  private record Ended(String id, long numberBefore) {}

  private final CommitLoop loop;
  private final VersionedStore store;
  private final IntSupplier waiting;
  private final Object lock = new Object();

  // All three guarded by lock; the oldest first.
  private final Map<String, Transaction> open = new LinkedHashMap<>();
  private final TransactionIds ids = new TransactionIds();
  private boolean closed;

  // Owned by the commit thread.
  private final List<Ended> ended = new ArrayList<>();
  private final DueTimer timer;

  /**
   * Transactions that hold a loop.
   *
   * @param store what the loop commits to
   * @param waiting number of changes that wait to be committed; asked by any thread
   */
  Transactions(CommitLoop loop, VersionedStore store, IntSupplier waiting) {
    this.loop = loop;
    this.store = store;
    this.waiting = waiting;
    this.timer = new DueTimer(loop, this::endWhatIsOver);
  }

  /**
   * Opens a transaction: until it is released, or its time is over, changes gather and nothing is
   * committed; a change that is reported after this has returned is never seen by a client before
   * that. A commit under way may still end, with what was reported before. Of several open ones the
   * last to end commits.
   *
   * @param ttl after how long it ends by itself; more than 0, at most 24 hours
   * @throws IllegalArgumentException if the time is not in that range
   * @throws IllegalStateException if {@value #MAX_OPEN} are open already, or the loop is closed
   */
  public TransactionStatus open(Duration ttl) {
    return open(ttl, Optional.empty());
  }

  /**
   * Opens a transaction that another replica has opened, under the same id. One that is open
   * already stays as it is.
   *
   * @throws IllegalArgumentException also if the id is none
   */
  public TransactionStatus open(Duration ttl, String id) {
    if (!TransactionIds.isId(id)) {
      throw new IllegalArgumentException(
          "id: "
              + ForeignText.clean(id)
              + " (expected: the id of a transaction of another replica)");
    }
    return open(ttl, Optional.of(id));
  }

  private TransactionStatus open(Duration ttl, Optional<String> id) {
    if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(MAX_TTL) > 0) {
      throw new IllegalArgumentException(
          "ttl: "
              + Durations.format(ttl)
              + " (expected: more than 0, at most "
              + Durations.format(MAX_TTL)
              + ")");
    }
    Transaction opened;
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("transactions: closed (expected: a running gateway)");
      }
      Transaction same = id.map(open::get).orElse(null);
      if (same != null) {
        return status(same);
      }
      if (open.size() >= MAX_OPEN) {
        throw new IllegalStateException(
            "transactions: "
                + open.size()
                + " are open (expected: fewer than "
                + MAX_OPEN
                + "; release one, or wait until one ends by itself)");
      }
      Instant now = store.now();
      long nanos = loop.nanoTime();
      opened =
          new Transaction(
              id.orElseGet(ids::next), now, now.plus(ttl), nanos, nanos + ttl.toNanos());
      open.put(opened.id(), opened);
      loop.hold();
    }
    loop.execute(this::armTimer);
    LOG.info(
        "Transaction {} is open for at most {}: nothing is committed",
        opened.id(),
        Durations.format(ttl));
    return status(opened);
  }

  /**
   * Ends a transaction; if it is the last, what was reported until now is committed, all in one
   * commit, soon after this has returned.
   *
   * @return false if there is no such transaction, or not any more
   */
  public boolean release(String id) {
    return end(id, Ending.RELEASED);
  }

  private boolean end(String id, Ending ending) {
    Transaction transaction;
    int others;
    synchronized (lock) {
      transaction = open.remove(id);
      if (transaction == null) {
        return false;
      }
      others = open.size();
      // Within the lock, so that a close that comes next commits after it.
      loop.execute(() -> letGo(id));
    }
    LOG.info(
        "Transaction {} {} after {}; {}",
        id,
        ending.text,
        Durations.format(Duration.ofNanos(loop.nanoTime() - transaction.openedNanos())),
        others == 0 ? "what has gathered is committed" : others + " others are still open");
    return true;
  }

  private void letGo(String id) {
    ended.add(new Ended(id, store.current().number()));
    loop.release();
  }

  /** Those that are open, the oldest first. */
  public List<TransactionStatus> list() {
    synchronized (lock) {
      return open.values().stream().map(this::status).toList();
    }
  }

  private TransactionStatus status(Transaction transaction) {
    return new TransactionStatus(
        transaction.id(), transaction.opened(), transaction.expires(), waiting.getAsInt());
  }

  /** Told that everything gathered so far is committed. On the commit thread. */
  void committed() {
    if (ended.isEmpty()) {
      return;
    }
    int changes = 0;
    for (CommitSummary commit : store.recentCommits()) {
      if (commit.number() > ended.get(0).numberBefore()) {
        changes += commit.puts() + commit.removals();
      }
    }
    LOG.info(
        "Transaction {}: {} changes committed",
        ended.stream().map(Ended::id).collect(Collectors.joining(", ")),
        changes);
    ended.clear();
  }

  // One timer for the one that ends first: those that are released leave none behind.
  private void armTimer() {
    Optional<Long> next;
    synchronized (lock) {
      next =
          open.values().stream()
              .map(Transaction::expiresNanos)
              .min((one, other) -> Long.signum(one - other));
    }
    next.ifPresent(expires -> timer.set(Duration.ofNanos(Math.max(0, expires - loop.nanoTime()))));
  }

  private void endWhatIsOver() {
    List<String> over;
    synchronized (lock) {
      over =
          open.values().stream()
              .filter(transaction -> loop.nanoTime() - transaction.expiresNanos() >= 0)
              .map(Transaction::id)
              .toList();
    }
    over.forEach(id -> end(id, Ending.EXPIRED));
    armTimer();
  }

  /** From now on none can be opened; those that are open end with the commit that closes all. */
  void close() {
    synchronized (lock) {
      closed = true;
      open.clear();
    }
  }
}
