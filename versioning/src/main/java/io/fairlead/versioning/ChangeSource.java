package io.fairlead.versioning;

/** Knows what changed since it was asked last. Called on the commit thread only. */
@FunctionalInterface
public interface ChangeSource {
  /**
   * Gives what changed since the last call and forgets it: from here on the {@link CommitLoop}
   * keeps it until it is committed. A call that throws must not have forgotten anything; it is
   * called again later.
   */
  ChangeSet drain();

  /**
   * Told that everything drained so far is committed, or was there already: the newest snapshot
   * shows it.
   */
  default void committed() {}
}
