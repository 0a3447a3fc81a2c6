package io.fairlead.registry;

/**
 * The load that an adapter puts on its registry. Immutable.
 *
 * @param connections connections that are open now
 * @param maxConnections the most that it would open, by its configuration
 * @param requests requests since the adapter's start, those that wait for a change included
 */
public record RegistryLoad(int connections, int maxConnections, long requests) {
  public RegistryLoad {
    if (connections < 0 || maxConnections < 0 || requests < 0) {
      throw new IllegalArgumentException(
          "load: "
              + connections
              + ", "
              + maxConnections
              + ", "
              + requests
              + " (expected: no negative number)");
    }
  }
}
