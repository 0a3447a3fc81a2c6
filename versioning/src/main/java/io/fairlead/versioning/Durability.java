package io.fairlead.versioning;

import java.time.Instant;
import java.util.Optional;

/**
 * The durability of what was published: whether all of it is in the log, and if not, since when and
 * why.
 *
 * @param durable whether it is; if not, a restart would serve an older state until the registries
 *     have been read
 * @param problem what keeps the log from being written, with the file and what to do; empty if
 *     durable
 * @param since when the first commit was not written, or the start if it was so from then on; empty
 *     if durable
 * @param unwritten number of resources and notes that wait to be written; may be 0 while not
 *     durable, when nothing has changed since
 */
public record Durability(boolean durable, String problem, Optional<Instant> since, int unwritten) {
  /** The durability when everything is written. */
  public static final Durability DURABLE = new Durability(true, "", Optional.empty(), 0);

  static Durability broken(String problem, Instant since, int unwritten) {
    return new Durability(false, problem, Optional.of(since), unwritten);
  }
}
