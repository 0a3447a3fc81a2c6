package io.fairlead.versioning;

import java.time.Instant;
import java.util.Optional;

/**
 * One entry of the log: what really changed, under a number.
 *
 * @param number larger than every number before it, in this store and in every older copy of it
 * @param time the wall clock at the commit: for people, nothing is decided by it
 * @param changes the effective changes: nothing in it equals what was there before
 * @param contents the checksum of all that the store holds after it, as text; empty if whoever made
 *     the commit does not know it
 */
public record Commit(long number, Instant time, ChangeSet changes, Optional<String> contents) {
  /** Creates a commit by somebody who does not know what the store holds besides. */
  public Commit(long number, Instant time, ChangeSet changes) {
    this(number, time, changes, Optional.empty());
  }
}
