package io.fairlead.aggregation.damping;

import java.util.Set;

/**
 * The difference between two states of a host. Immutable.
 *
 * @param lost units that only the former has
 * @param gained units that only the latter has
 * @param altered whether something is different about what both have: a resource but for its
 *     endpoints, or an endpoint
 * @param sockets the greater of the two numbers of sockets
 * @param orphaned the latter's sockets of resources that keep none of their previous endpoints
 */
public record HostDiff(
    Set<FlapUnit> lost,
    Set<FlapUnit> gained,
    boolean altered,
    int sockets,
    Set<FlapUnit> orphaned) {
  public HostDiff {
    lost = Set.copyOf(lost);
    gained = Set.copyOf(gained);
    orphaned = Set.copyOf(orphaned);
  }
}
