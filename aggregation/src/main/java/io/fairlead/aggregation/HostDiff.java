package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Candidate;
import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
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
 * In what two states of a host differ. Immutable.
 *
 * @param lost what only the former has
 * @param gained what only the latter has
 * @param altered whether something is different about what both have: a resource but for its
 *     endpoints, or an endpoint
 * @param sockets the greater of the two numbers of sockets
 * @param bare the latter's sockets of resources of which no endpoint of the former could stay
 */
record HostDiff(Set<Part> lost, Set<Part> gained, boolean altered, int sockets, Set<Part> bare) {
  HostDiff {
    lost = Set.copyOf(lost);
    gained = Set.copyOf(gained);
    bare = Set.copyOf(bare);
  }

  /** One state: each part with what it is like, and the endpoints' sockets. */
  private static final class State {
    final Map<Part, Object> parts = new HashMap<>();
    final Map<ResourceKey, Set<Set<Part>>> endpoints = new HashMap<>();

    static State of(Map<ResourceKey, Emitted> resources) {
      State state = new State();
      resources.forEach(state::add);
      return state;
    }

    private void add(ResourceKey key, Emitted one) {
      ServiceEntry entry = EndpointCut.entry(one.candidate());
      Set<Set<Part>> ofEndpoints = new HashSet<>();
      for (WorkloadEntry endpoint : entry.getEndpointsList()) {
        Set<Part> ofOne = Part.sockets(key, entry, endpoint);
        ofOne.forEach(socket -> parts.put(socket, endpoint));
        ofEndpoints.add(ofOne);
      }
      endpoints.put(key, ofEndpoints);
      parts.put(Part.of(key), Rest.of(one, entry));
    }

    int sockets() {
      return parts.size() - endpoints.size();
    }

    private boolean keepsAnEndpoint(ResourceKey key, State after) {
      return endpoints.getOrDefault(key, Set.of()).stream()
          .anyMatch(ofOne -> after.parts.keySet().containsAll(ofOne));
    }
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
      if (one.candidate() instanceof CompactEntry entryOfOne) {
        EntryContent of = entryOfOne.content();
        return new Rest(
            own(of.labels()), of.annotations(), of.revisions(), of.createTime(), rest.build());
      }
      var resource = ((Candidate.Inherited) one.candidate()).resource();
      Metadata metadata = resource.decode().getMetadata();
      return new Rest(
          own(metadata.getLabelsMap()),
          metadata.getAnnotationsMap(),
          resource.revisions(),
          Instant.ofEpochSecond(
              metadata.getCreateTime().getSeconds(), metadata.getCreateTime().getNanos()),
          rest.build());
    }

    // That there are no endpoints is nothing else than which endpoints there are.
    private static Map<String, String> own(Map<String, String> labels) {
      Map<String, String> own = new TreeMap<>(labels);
      own.remove(ConvertedEntry.ENDPOINTS_LABEL);
      return own;
    }
  }

  /** The difference between what was served and what is then. */
  static HostDiff of(Map<ResourceKey, Emitted> before, Map<ResourceKey, Emitted> after) {
    State one = State.of(before);
    State other = State.of(after);
    Set<Part> lost = new HashSet<>(one.parts.keySet());
    lost.removeAll(other.parts.keySet());
    Set<Part> gained = new HashSet<>(other.parts.keySet());
    gained.removeAll(one.parts.keySet());
    boolean altered =
        one.parts.entrySet().stream()
            .anyMatch(
                part -> {
                  Object now = other.parts.get(part.getKey());
                  return now != null && !now.equals(part.getValue());
                });
    Set<Part> bare = new HashSet<>();
    other.endpoints.forEach(
        (key, endpoints) -> {
          if (!one.keepsAnEndpoint(key, other)) {
            endpoints.forEach(bare::addAll);
          }
        });
    return new HostDiff(lost, gained, altered, Math.max(one.sockets(), other.sockets()), bare);
  }
}
