package io.fairlead.server.admin;

import java.time.Duration;

/**
 * The limits for a caller of the admin server.
 *
 * @param request time for the first request of a connection to arrive, and for the body of each
 * @param idle time for each later request of a connection to arrive
 * @param answer time for an answer to be taken
 * @param connections open connections
 * @param connectionsOfAnAddress open connections of one address
 * @param listeners consoles that are told what changes
 * @param listenersOfAnAddress consoles of one address that are told what changes
 */
record AdminLimits(
    Duration request,
    Duration idle,
    Duration answer,
    int connections,
    int connectionsOfAnAddress,
    int listeners,
    int listenersOfAnAddress) {
  /** Far above what probes, Prometheus and browsers need. */
  static final AdminLimits DEFAULT =
      new AdminLimits(
          Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(1), 512, 128, 100, 50);
}
