package io.fairlead.versioning;

import java.time.Duration;

/**
 * An observer of commits, for metrics and for people. Called on the commit thread: an
 * implementation must return at once.
 */
public interface CommitObserver {
  /** Told nothing. */
  CommitObserver NONE = new CommitObserver() {};

  /** A commit was published; it is written too, unless {@link #notWritten} was told. */
  default void committed(CommitSummary commit) {}

  /**
   * Changes could not be gathered. They are kept and tried again, together with what comes
   * meanwhile.
   *
   * @param cause what went wrong
   * @param failures failed tries in a row, this one included
   * @param retryIn time until the next try; zero if there will be none, since the loop closes
   */
  default void commitFailed(Throwable cause, int failures, Duration retryIn) {}

  /**
   * Commits are published but not written from now on. Told once, when it begins, and after that
   * commit; what became of it since is in {@link VersionedStore#durability()}.
   */
  default void notWritten(Durability durability) {}

  /** Everything that was published is written, after {@link #notWritten}. */
  default void writtenAgain() {}

  /** A task failed; what it would have changed is missing until its registry says it again. */
  default void taskFailed(Throwable cause) {}
}
