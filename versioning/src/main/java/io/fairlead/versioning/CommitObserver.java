package io.fairlead.versioning;

import java.time.Duration;

/**
 * An observer of commits, for metrics and for people. Called on the commit thread: an
 * implementation must return at once.
 */
public interface CommitObserver {
  /** An observer that does nothing. */
  CommitObserver NONE = new CommitObserver() {};

  /**
   * Called when a commit was published; it is written, too, unless {@link #notWritten} was called.
   */
  default void committed(CommitSummary commit) {}

  /**
   * Called when changes could not be gathered. They are kept and tried again with later ones.
   *
   * @param cause what went wrong
   * @param failures failed tries in a row, this one included
   * @param retryIn time until the next try; zero if there will be none, since the loop closes
   */
  default void commitFailed(Throwable cause, int failures, Duration retryIn) {}

  /**
   * Called once when commits begin to be published without being written, after the first such
   * commit; the present state is in {@link VersionedStore#durability()}.
   */
  default void notWritten(Durability durability) {}

  /** Called when everything published is written again, after {@link #notWritten}. */
  default void writtenAgain() {}

  /** Called when a task failed; its change is missing until its registry reports it again. */
  default void taskFailed(Throwable cause) {}
}
