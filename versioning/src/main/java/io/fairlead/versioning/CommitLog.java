package io.fairlead.versioning;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ordered log of commits and the state that they add up to, kept somewhere. Implementations: in
 * memory, in a SQLite file; a store shared by replicas fits behind the same interface.
 *
 * <p>Threading: {@link #append} and {@link #probe} are called by the commit thread only; {@link
 * #load} and {@link #problem} once, before the first append; {@link #since} by any thread.
 */
public interface CommitLog extends AutoCloseable {
  /** What a log holds. */
  record State(Collection<Resource> resources, Map<String, String> notes, long lastNumber) {}

  /**
   * What changed after a number: the last word about each resource, not each word.
   *
   * @param upTo number of the newest commit that is in it; ask for what follows with it
   * @param changed resources that came or changed, as they are now
   * @param removed resources that went; some may never have been known to the caller
   */
  record Since(long upTo, List<Resource> changed, List<ResourceKey> removed) {
    public Since {
      changed = List.copyOf(changed);
      removed = List.copyOf(removed);
    }
  }

  /** The store's epoch: random, made with the store; no {@code -} in it. */
  String epoch();

  /** Everything that is kept. */
  State load();

  /**
   * Adds a commit, durably where the log is durable, as one transaction.
   *
   * @throws CommitLogException if it could not be written. It is then not in the log, or the error
   *     came after it got there: a later commit has its changes again, under the same number or a
   *     newer one, and nothing is wrong with writing them twice
   */
  void append(Commit commit);

  /** What kept the log from being written when it was opened; empty if it can be written. */
  default Optional<String> problem() {
    return Optional.empty();
  }

  /**
   * Tries whether commits can be written, and changes nothing that the log holds.
   *
   * @throws CommitLogException if not
   */
  default void probe() {}

  /**
   * What changed after a commit, read by number: with it whoever follows the log needs everything
   * only once.
   *
   * @param number where the caller stands: the last number of a {@link State} or {@link
   *     Since#upTo}; 0 for the beginning
   * @return the changes, or nothing if they cannot be told: the number is not one of this log (a
   *     file that was restored from an older copy has other commits from there on, and commits that
   *     were served from memory and lost with it never were in the log), or what was removed since
   *     is no longer remembered. The caller then takes everything anew
   */
  default Optional<Since> since(long number) {
    return Optional.empty();
  }

  @Override
  void close();
}
