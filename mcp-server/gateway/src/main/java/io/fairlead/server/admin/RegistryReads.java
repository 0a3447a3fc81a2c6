package io.fairlead.server.admin;

import io.fairlead.registry.RegistryLoad;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The load that the gateway puts on a registry: its reads since the start.
 *
 * @param answered reads that were answered, but for those that wait for a change
 * @param failed times that the registry, or a part of it, could not be read
 * @param total time of the answered ones
 * @param longest the longest of late
 * @param load connections and requests as the adapter counts them; null if it does not
 * @param requestsPerSecond the rate of those requests of late, 0 without them
 */
public record RegistryReads(
    long answered,
    long failed,
    Duration total,
    Duration longest,
    @Nullable RegistryLoad load,
    double requestsPerSecond) {
  /** The reads of a registry that was not asked anything yet. */
  public static final RegistryReads NONE =
      new RegistryReads(0, 0, Duration.ZERO, Duration.ZERO, null, 0);
}
