package io.fairlead.versioning;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A writer of commits to the log that keeps those the log does not take until it does: merged to
 * the last state of each resource, and then written as one commit with the newest number.
 *
 * <p>A log that failed is tried again after a growing delay and never sooner, whatever the number
 * of commits: each try may cost seconds, as SQLite waits that long for a file that another program
 * holds, and commits must not wait for a disk that is dead.
 *
 * <p>Threading: owned by the commit thread, except for {@link #durability()}, which any thread may
 * call.
 */
final class LogWriter {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  private final CommitLog log;
  private final Clock clock;
  private final MergedChanges unwritten = new MergedChanges();
  // Number, time and contents of the newest unwritten commit.
  private long number;
  private Instant time = Instant.EPOCH;
  private Optional<String> contents = Optional.empty();
  // Failed tries in a row; 0 while all is written.
  private int failures;
  // When the last try failed; none was made yet if the log could not be written when it was opened.
  private boolean tried;
  private long failedNanos;
  private volatile Durability durability = Durability.DURABLE;

  LogWriter(CommitLog log, Clock clock) {
    this.log = log;
    this.clock = clock;
    log.problem().ifPresent(this::failed);
  }

  Durability durability() {
    return durability;
  }

  /**
   * Writes a commit with everything that waits, or keeps it. Never throws if the log fails.
   *
   * @param nanoTime the monotonic clock that the retry delays are measured by
   */
  void write(Commit commit, LongSupplier nanoTime) {
    if (failures == 0) {
      try {
        log.append(commit);
        return;
      } catch (RuntimeException e) {
        keep(commit);
        failed(e, nanoTime);
        return;
      }
    }
    keep(commit);
    if (untilNextTry(nanoTime.getAsLong()).isZero()) {
      writeNow(nanoTime);
    } else {
      durability = broken(durability.problem());
    }
  }

  private void keep(Commit commit) {
    unwritten.add(commit.changes());
    number = commit.number();
    time = commit.time();
    contents = commit.contents();
  }

  /** Returns the time until the log may be tried again; zero if it may. */
  Duration untilNextTry(long nowNanos) {
    if (failures == 0 || !tried) {
      return Duration.ZERO;
    }
    Duration left = RetryDelay.after(failures).minusNanos(nowNanos - failedNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Tries to write what waits, whatever the delay; with nothing waiting, probes the log. */
  void writeNow(LongSupplier nanoTime) {
    if (failures == 0) {
      return;
    }
    try {
      if (unwritten.size() == 0) {
        log.probe();
      } else {
        log.append(new Commit(number, time, unwritten.toChangeSet(), contents));
      }
    } catch (RuntimeException e) {
      failed(e, nanoTime);
      return;
    }
    LOG.info(
        "The store can be written again: {} waiting resources and notes were written ({} failed"
            + " tries since {})",
        unwritten.size(),
        failures,
        durability.since().orElse(Instant.EPOCH));
    unwritten.clear();
    failures = 0;
    durability = Durability.DURABLE;
  }

  private void failed(RuntimeException e, LongSupplier nanoTime) {
    tried = true;
    failedNanos = nanoTime.getAsLong();
    LOG.debug("The store was not written", e);
    failed(PlainCause.of(e));
  }

  private void failed(String problem) {
    boolean began = failures == 0;
    failures++;
    durability = broken(problem);
    if (began) {
      LOG.error(
          "The store cannot be written; serving from memory: {}. Make room or mend the disk; writing"
              + " is retried automatically. A restart before it succeeds serves the last written state until"
              + " the registries have been read",
          problem);
    }
  }

  private Durability broken(String problem) {
    return Durability.broken(
        problem, durability.since().orElseGet(clock::instant), unwritten.size());
  }
}
