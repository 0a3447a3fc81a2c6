package io.fairlead.versioning;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * An ordered log of commits and the state that they add up to, kept somewhere. Implementations: in
 * memory, in a SQLite file; a store shared by replicas fits behind the same interface.
 *
 * <p>Threading: {@link #append} and {@link #probe} are called by the commit thread only; {@link
 * #load} and {@link #problem} once, before the first append.
 */
public interface CommitLog extends AutoCloseable {
  /** The state that a log holds. */
  record State(Collection<Resource> resources, Map<String, String> notes, long lastNumber) {
    /** Returns the state that these parts add up to, by the names of the sources that have them. */
    public static State of(Map<String, SourceState> parts) {
      return Owners.join(parts);
    }
  }

  /** Returns the store's epoch: random, made with the store; no {@code -} in it. */
  String epoch();

  /** Returns everything that is kept. */
  State load();

  /**
   * Adds a commit, durably where the log is durable, as one transaction.
   *
   * @throws CommitLogException if it could not be written. It is then not in the log, or the error
   *     came after it got there: a later commit has its changes again, under the same number or a
   *     newer one, and nothing is wrong with writing them twice
   */
  void append(Commit commit);

  /**
   * Returns what kept the log from being written when it was opened; empty if it can be written.
   */
  default Optional<String> problem() {
    return Optional.empty();
  }

  /**
   * Checks whether commits can be written, without changing the content of the log.
   *
   * @throws CommitLogException if not
   */
  default void probe() {}

  @Override
  void close();
}
