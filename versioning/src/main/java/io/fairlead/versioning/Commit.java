package io.fairlead.versioning;

import java.time.Instant;
import java.util.Optional;

/**
 * A numbered entry of the log with the effective changes of one commit.
 *
 * @param number larger than every number before it, in this store and in every older copy of it
 * @param time the wall clock at the commit: for people, nothing is decided by it
 * @param changes the effective changes: nothing in it equals what was there before
 * @param contents the checksum of all that the store holds after it, as text; empty if whoever made
 *     the commit does not know it
 */
public record Commit(long number, Instant time, ChangeSet changes, Optional<String> contents) {
  /** Creates a commit without a checksum, for a caller that does not know the rest of the store. */
  public Commit(long number, Instant time, ChangeSet changes) {
    this(number, time, changes, Optional.empty());
  }
}
