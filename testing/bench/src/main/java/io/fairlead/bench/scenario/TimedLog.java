package io.fairlead.bench.scenario;

import io.fairlead.versioning.Commit;
import io.fairlead.versioning.CommitLog;

/** A commit log that measures how long writing takes. Confined to the thread that commits. */
final class TimedLog implements CommitLog {
  private final CommitLog log;
  private long lastAppend;

  TimedLog(CommitLog log) {
    this.log = log;
  }

  /** Nanoseconds that the last append took. */
  long lastAppend() {
    return lastAppend;
  }

  @Override
  public String epoch() {
    return log.epoch();
  }

  @Override
  public State load() {
    return log.load();
  }

  @Override
  public void append(Commit commit) {
    long begin = System.nanoTime();
    log.append(commit);
    lastAppend = System.nanoTime() - begin;
  }

  @Override
  public void close() {
    log.close();
  }
}
