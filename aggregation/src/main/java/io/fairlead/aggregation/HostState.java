package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.damping.FlapUnit;
import io.fairlead.aggregation.damping.HostDiff;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.ResourceKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A state of a host as the damper compares it: the content of each unit, and the sockets of each
 * endpoint.
 */
final class HostState {
  private final Map<FlapUnit, Object> units = new HashMap<>();
  private final Map<ResourceKey, Set<Set<FlapUnit>>> endpoints = new HashMap<>();

  private HostState(Map<ResourceKey, Emitted> resources) {
    resources.forEach(this::add);
  }

  private void add(ResourceKey key, Emitted one) {
    ServiceEntry entry = one.entry().expand().entry();
    Set<Set<FlapUnit>> ofEndpoints = new HashSet<>();
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      Set<FlapUnit> sockets = FlapUnit.sockets(key, entry, endpoint);
      sockets.forEach(socket -> units.put(socket, endpoint));
      ofEndpoints.add(sockets);
    }
    endpoints.put(key, ofEndpoints);
    units.put(FlapUnit.of(key), Rest.of(one, entry));
  }

  private int sockets() {
    return units.size() - endpoints.size();
  }

  private boolean keepsAnEndpoint(ResourceKey key, HostState after) {
    return endpoints.getOrDefault(key, Set.of()).stream()
        .anyMatch(sockets -> after.units.keySet().containsAll(sockets));
  }

  /** A resource without its endpoints. */
  private record Rest(
      Map<String, String> labels,
      Map<String, String> annotations,
      Set<String> revisions,
      Instant createTime,
      ServiceEntry entry) {
    static Rest of(Emitted one, ServiceEntry entry) {
      // The resolution follows from which endpoints there are.
      ServiceEntry.Builder rest = entry.toBuilder().clearEndpoints().clearResolution();
      if (!one.virtualIps().isEmpty()) {
        rest.clearAddresses().addAllAddresses(one.virtualIps());
      }
      EntryContent of = one.entry().content();
      return new Rest(
          own(of.labels()), of.annotations(), of.revisions(), of.createTime(), rest.build());
    }

    // That there are no endpoints is nothing else than which endpoints there are.
    private static Map<String, String> own(Map<String, String> labels) {
      Map<String, String> own = new TreeMap<>(labels);
      own.remove(ConvertedEntry.ENDPOINTS_LABEL);
      return own;
    }
  }

  /** Returns the difference between what was served and what is then. */
  static HostDiff diff(Map<ResourceKey, Emitted> before, Map<ResourceKey, Emitted> after) {
    HostState one = new HostState(before);
    HostState other = new HostState(after);
    Set<FlapUnit> lost = new HashSet<>(one.units.keySet());
    lost.removeAll(other.units.keySet());
    Set<FlapUnit> gained = new HashSet<>(other.units.keySet());
    gained.removeAll(one.units.keySet());
    boolean altered =
        one.units.entrySet().stream()
            .anyMatch(
                unit -> {
                  Object now = other.units.get(unit.getKey());
                  return now != null && !now.equals(unit.getValue());
                });
    Set<FlapUnit> orphaned = new HashSet<>();
    other.endpoints.forEach(
        (key, endpoints) -> {
          if (!one.keepsAnEndpoint(key, other)) {
            endpoints.forEach(orphaned::addAll);
          }
        });
    return new HostDiff(lost, gained, altered, Math.max(one.sockets(), other.sockets()), orphaned);
  }
}
