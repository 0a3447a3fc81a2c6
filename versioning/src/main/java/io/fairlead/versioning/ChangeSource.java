package io.fairlead.versioning;

/**
 * A producer of the changes of its own resources and notes, such as the merge of all registries'
 * services. A {@link CommitLoop} has several; what one has put is its own, and goes when it is not
 * configured any more.
 *
 * <p>Whatever judges changes of one kind before they are committed, such as a deletion guard, is a
 * source around a source: it passes on what it lets through, and the rest when it is asked later.
 *
 * <p>Called on the commit thread only, but for {@link #waiting()}.
 */
@FunctionalInterface
public interface ChangeSource {
  /**
   * Gives what changed since the last call and forgets it: from here on the {@link CommitLoop}
   * keeps it until it is committed. A call that throws must not have forgotten anything; it is
   * called again later, and holds up no other source meanwhile.
   */
  ChangeSet drain();

  /**
   * Whether what has been drained so far is all that there was to know at the beginning. Asked
   * after each call of {@link #drain()}; until every source is ready no client is answered, and
   * nothing is removed that belonged to a source which is not configured any more.
   */
  default boolean isReady() {
    return true;
  }

  /**
   * Told that everything drained so far is committed, or was there already: the newest snapshot
   * shows it.
   */
  default void committed() {}

  /** Number of changes that wait to be drained, for showing it; any thread. */
  default int waiting() {
    return 0;
  }
}
