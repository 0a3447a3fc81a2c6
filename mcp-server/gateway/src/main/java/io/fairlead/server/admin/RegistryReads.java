package io.fairlead.server.admin;

import java.time.Duration;

/**
 * The load that the gateway puts on a registry: its reads since the start.
 *
 * @param answered reads that were answered, but for those that wait for a change
 * @param failed times that the registry, or a part of it, could not be read
 * @param total time of the answered ones
 * @param longest the longest of late
 */
public record RegistryReads(long answered, long failed, Duration total, Duration longest) {
  /** The reads of a registry that was not asked anything yet. */
  public static final RegistryReads NONE = new RegistryReads(0, 0, Duration.ZERO, Duration.ZERO);
}
