package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The services of one node: for each the number of its instances there, and the newest index at
 * which one of them was written.
 *
 * @param instances by the folded name of the service
 * @param written by the folded name of the service
 */
record NodeListing(Map<String, Integer> instances, Map<String, Long> written) {
  NodeListing {
    instances = Map.copyOf(instances);
    written = Map.copyOf(written);
  }

  /**
   * Parses the body of {@code /v1/catalog/node-services/NODE}. An instance of a sidecar proxy
   * counts for the application behind it, too.
   */
  static NodeListing of(JsonNode body) {
    Map<String, Integer> instances = new HashMap<>();
    Map<String, Long> written = new HashMap<>();
    for (JsonNode service : body.path("Services")) {
      String name = Json.text(service, "Service");
      String behind = Json.text(service.path("Proxy"), "DestinationServiceName");
      for (String key : List.of(Folded.of(name), Folded.of(behind))) {
        instances.merge(key, 1, Integer::sum);
        written.merge(key, Json.index(service, "ModifyIndex"), Math::max);
      }
    }
    return new NodeListing(instances, written);
  }

  /**
   * Returns the services of which an instance was written after an index, came or left.
   *
   * @param before the number of instances of each service before
   */
  Set<String> changed(long since, Map<String, Integer> before) {
    Set<String> changed = new HashSet<>(before.keySet());
    changed.addAll(instances.keySet());
    changed.removeIf(
        name ->
            written.getOrDefault(name, 0L) <= since
                && before.getOrDefault(name, 0).equals(instances.getOrDefault(name, 0)));
    return changed;
  }
}
