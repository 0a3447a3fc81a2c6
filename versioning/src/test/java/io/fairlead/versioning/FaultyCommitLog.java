package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that fails as often as a test wants: no real disk can be made to do so. */
final class FaultyCommitLog implements CommitLog {
  private final CommitLog delegate;
  final List<Commit> appended = new ArrayList<>();
  int failuresToCome;
  int tries;
  String problem = "";

  /** In memory. */
  FaultyCommitLog() {
    this(new MemoryCommitLog());
  }

  /** A log that is in order whenever this one is. */
  FaultyCommitLog(CommitLog delegate) {
    this.delegate = delegate;
  }

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
    probe();
    delegate.append(commit);
    appended.add(commit);
  }

  @Override
  public Optional<String> problem() {
    return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
  }

  @Override
  public void probe() {
    tries++;
    if (failuresToCome > 0) {
      failuresToCome--;
      throw new CommitLogException("disk full", null);
    }
  }

  @Override
  public void close() {
    delegate.close();
  }
}
