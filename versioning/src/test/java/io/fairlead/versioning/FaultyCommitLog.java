package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.List;

/** A log in memory that fails as often as a test wants: no real disk can be made to do so. */
final class FaultyCommitLog implements CommitLog {
  private final CommitLog delegate = new MemoryCommitLog();
  final List<Commit> appended = new ArrayList<>();
  int failuresToCome;

  @Override
  public String epoch() {
    return delegate.epoch();
  }

  @Override
  public State load() {
    return delegate.load();
  }

  @Override
  public void append(Commit commit) {
    if (failuresToCome > 0) {
      failuresToCome--;
      throw new CommitLogException("disk full", null);
    }
    appended.add(commit);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
