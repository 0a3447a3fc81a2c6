package io.fairlead.server.cli;

import java.time.Instant;
import java.util.List;

/**
 * A response and its effect on the client's state.
 *
 * @param time the time of its arrival
 * @param typeUrl as asked for
 * @param version its {@code version_info}
 * @param bytes its size
 * @param resources number of resources that the client now holds
 * @param changed names that are new to the client, or whose version is, sorted
 * @param removed names that the client held and the response lacks, sorted
 */
record WatchedResponse(
    Instant time,
    String typeUrl,
    String version,
    int bytes,
    int resources,
    List<String> changed,
    List<String> removed) {
  WatchedResponse {
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }
}
