package io.fairlead.versioning;

import java.util.Collection;
import java.util.Map;

/**
 * An ordered log of commits and the state that they add up to, kept somewhere. Implementations: in
 * memory, in a SQLite file; a store shared by replicas fits behind the same interface.
 *
 * <p>Threading: {@link #append} is called by the commit thread only; {@link #load} once, before the
 * first append.
 */
public interface CommitLog extends AutoCloseable {
  /** What a log holds. */
  record State(Collection<Resource> resources, Map<String, String> notes, long lastNumber) {}

  /** The store's epoch: random, made with the store; no {@code -} in it. */
  String epoch();

  /** Everything that is kept. */
  State load();

  /**
   * Adds a commit, durably where the log is durable, as one transaction.
   *
   * @throws CommitLogException if it could not be written; the commit is then not in the log
   */
  void append(Commit commit);

  @Override
  void close();
}
