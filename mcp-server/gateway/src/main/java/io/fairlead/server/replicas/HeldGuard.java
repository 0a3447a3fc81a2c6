package io.fairlead.server.replicas;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.guard.GuardStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A loss that a replica holds, as far as it is needed to find the same one at another replica.
 *
 * @param id its id there
 * @param registry the registry
 * @param services the endpoints that are left of each service, by its id; by the name of its
 *     resource if its registry left the configuration
 */
record HeldGuard(String id, String registry, Map<String, Integer> services) {
  private static final String LEFT = "-left-";

  HeldGuard {
    services = Map.copyOf(services);
  }

  static HeldGuard of(GuardStatus guard) {
    Map<String, Integer> services = new HashMap<>();
    guard.held().forEach(one -> services.put(one.service().toString(), one.endpointsNow()));
    return new HeldGuard(guard.id(), guard.registry(), services);
  }

  static HeldGuard of(JsonNode guard) {
    Map<String, Integer> services = new HashMap<>();
    for (JsonNode one : guard.path("held")) {
      services.put(one.path("service").asText(), one.path("endpointsNow").asInt());
    }
    return new HeldGuard(guard.path("id").asText(), guard.path("registry").asText(), services);
  }

  /** Whether it is of a registry that left the configuration. */
  boolean hasLeft() {
    return id.contains(LEFT);
  }

  /**
   * Returns the same loss among those of another replica: the one with the same id, or else one of
   * the same registry that has a service in common, since replicas may see a loss at different
   * times and in other steps.
   */
  Optional<HeldGuard> among(List<HeldGuard> others) {
    return others.stream()
        .filter(other -> other.id.equals(id))
        .findFirst()
        .or(() -> others.stream().filter(this::isAlike).findFirst());
  }

  private boolean isAlike(HeldGuard other) {
    return registry.equals(other.registry)
        && hasLeft() == other.hasLeft()
        && services.keySet().stream().anyMatch(other.services::containsKey);
  }
}
