package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Entries with endpoints that their registry does not give any more. Endpoints to keep are
 * themselves a ServiceEntry, as bytes: the one they were served in, with the endpoints that are
 * missing for the longest time first.
 *
 * <p>An endpoint is known by its address and port, as in the conversion, whose order the entries
 * made here have, too. Of an endpoint that is in both the newer one counts. Kept endpoints are put
 * in the terms of the newer entry: its port, and the scale of its weights. Pure functions.
 */
final class KeptEndpoints {
  // Envoy refuses a larger sum of weights.
  private static final long MAX_WEIGHTS = 0xffff_ffffL;

  /** The identity of an endpoint, in the order of the conversion. */
  private record Key(String address, int port) implements Comparable<Key> {
    static Key of(WorkloadEntry endpoint, ServicePort port) {
      return new Key(
          endpoint.getAddress(), endpoint.getPortsOrDefault(port.getName(), port.getNumber()));
    }

    @Override
    public int compareTo(Key other) {
      int byAddress = address.compareTo(other.address);
      return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }
  }

  private KeptEndpoints() {}

  /**
   * The newer entry with the kept endpoints that it lacks. Nothing, if they do not fit: an entry
   * with IP addresses takes no host names nor the other way round, both need a port, and one whose
   * endpoints are pods by their labels takes none.
   */
  static Optional<CompactEntry> merge(CompactEntry newer, ByteString kept) {
    ServiceEntry old = parse(kept);
    ServiceEntry next = newer.expand().entry();
    List<WorkloadEntry> endpoints = union(old, next);
    long weights = endpoints.stream().mapToLong(KeptEndpoints::weight).sum();
    if (endpoints.isEmpty() || weights > MAX_WEIGHTS) {
      return Optional.empty();
    }
    return Optional.of(with(newer, resolved(old, next), endpoints));
  }

  private static CompactEntry with(
      CompactEntry like, ServiceEntry body, List<WorkloadEntry> endpoints) {
    ConvertedEntry entry = like.expand();
    TreeMap<Key, WorkloadEntry> sorted = new TreeMap<>();
    endpoints.forEach(endpoint -> sorted.put(Key.of(endpoint, body.getPorts(0)), endpoint));
    return like.changed(
        new ConvertedEntry(
            entry.service(),
            entry.namespace(),
            entry.name(),
            entry.host(),
            entry.labels(),
            entry.annotations(),
            entry.revisions(),
            entry.createTime(),
            body.toBuilder().clearEndpoints().addAllEndpoints(sorted.values()).build()));
  }

  /**
   * What is to be kept once a service that is held loses more.
   *
   * @param kept what was to be kept before
   * @param before the registry's report before, whose endpoints were served, too
   * @param after the report now, nothing if there is no entry
   * @param most how many missing endpoints are kept; of more the longest missing ones leave, or a
   *     service that is scaled and redeployed all the time would grow without end
   */
  static ByteString grown(
      ByteString kept, CompactEntry before, Optional<CompactEntry> after, int most) {
    ServiceEntry old = parse(kept);
    ServiceEntry last = parse(before.content().body());
    List<WorkloadEntry> endpoints = union(old, last);
    if (endpoints.isEmpty()) {
      // They did not fit, so the last report was never served.
      return kept;
    }
    return trimmed(
        resolved(old, last).toBuilder().clearEndpoints().addAllEndpoints(endpoints).build(),
        after,
        most);
  }

  /**
   * Kept endpoints of which so many are missing at most: the longest missing ones leave.
   *
   * @param now the registry's report now, nothing if there is no entry
   */
  static ByteString trimmed(ByteString kept, Optional<CompactEntry> now, int most) {
    return trimmed(parse(kept), now, most);
  }

  private static ByteString trimmed(ServiceEntry kept, Optional<CompactEntry> now, int most) {
    Set<Key> present = now.map(entry -> keys(parse(entry.content().body()))).orElse(Set.of());
    List<WorkloadEntry> endpoints = kept.getEndpointsList();
    if (kept.getPortsCount() == 0) {
      return CompactEntry.bytes(kept);
    }
    ServicePort port = kept.getPorts(0);
    long missing = endpoints.stream().filter(each -> !present.contains(Key.of(each, port))).count();
    List<WorkloadEntry> left = new ArrayList<>(endpoints.size());
    for (WorkloadEntry endpoint : endpoints) {
      if (missing > most && !present.contains(Key.of(endpoint, port))) {
        missing--;
      } else {
        left.add(endpoint);
      }
    }
    return CompactEntry.bytes(kept.toBuilder().clearEndpoints().addAllEndpoints(left).build());
  }

  /** An entry with the kept endpoints and no others, in the kept ones' terms. */
  static CompactEntry only(CompactEntry like, ByteString kept) {
    return with(like, parse(kept), parse(kept).getEndpointsList());
  }

  /** The newer entry, resolved as the kept one if it has no endpoints and so no way of its own. */
  private static ServiceEntry resolved(ServiceEntry kept, ServiceEntry newer) {
    return newer.toBuilder().setResolution(resolution(kept, newer)).build();
  }

  /** That of the newer entry; one without endpoints has none of its own. */
  private static ServiceEntry.Resolution resolution(ServiceEntry kept, ServiceEntry newer) {
    return newer.getEndpointsCount() == 0 ? kept.getResolution() : newer.getResolution();
  }

  /** The kept endpoints that the other entry lacks, in its terms, and then its own. */
  private static List<WorkloadEntry> union(ServiceEntry kept, ServiceEntry newer) {
    boolean fits = kept.getEndpointsCount() == 0 || kept.getResolution() == resolution(kept, newer);
    if (!fits
        || kept.getPortsCount() == 0
        || newer.getPortsCount() == 0
        || newer.hasWorkloadSelector()) {
      return List.of();
    }
    ServicePort from = kept.getPorts(0);
    boolean samePorts = kept.getPortsList().equals(newer.getPortsList());
    Set<Key> present = keys(newer);
    Scale scale = Scale.between(kept, newer, present);
    List<WorkloadEntry> endpoints = new ArrayList<>();
    for (WorkloadEntry endpoint : kept.getEndpointsList()) {
      Key key = Key.of(endpoint, from);
      if (!present.contains(key)) {
        WorkloadEntry.Builder fitted = endpoint.toBuilder().setWeight(scale.of(endpoint));
        if (!samePorts) {
          fitted.clearPorts();
          for (ServicePort to : newer.getPortsList()) {
            if (key.port != to.getNumber()) {
              fitted.putPorts(to.getName(), key.port);
            }
          }
        }
        endpoints.add(fitted.build());
      }
    }
    endpoints.addAll(newer.getEndpointsList());
    return endpoints;
  }

  /**
   * The ratio of the weights of two entries: the conversion leaves equal ones unset and scales
   * fractions, so the same weight may be 1 in the one and 100 in the other.
   */
  private record Scale(long numerator, long denominator, boolean unset) {
    static Scale between(ServiceEntry kept, ServiceEntry newer, Set<Key> present) {
      ServicePort port = kept.getPorts(0);
      Set<Key> common = new HashSet<>(keys(kept));
      common.retainAll(present);
      boolean unset = newer.getEndpointsList().stream().allMatch(each -> each.getWeight() == 0);
      if (newer.getEndpointsCount() == 0) {
        return new Scale(1, 1, false);
      }
      // Where they have nothing in common, an average endpoint of the one is one of the other.
      long from = 0;
      long ofKept = 0;
      for (WorkloadEntry endpoint : kept.getEndpointsList()) {
        if (common.isEmpty() || common.contains(Key.of(endpoint, port))) {
          from += weight(endpoint);
          ofKept++;
        }
      }
      long to = 0;
      long ofNewer = 0;
      for (WorkloadEntry endpoint : newer.getEndpointsList()) {
        if (common.isEmpty() || common.contains(Key.of(endpoint, newer.getPorts(0)))) {
          to += weight(endpoint);
          ofNewer++;
        }
      }
      return ofKept == 0
          ? new Scale(1, 1, unset)
          : new Scale(Math.max(1, to / ofNewer), Math.max(1, from / ofKept), unset);
    }

    int of(WorkloadEntry endpoint) {
      if (numerator == denominator) {
        return endpoint.getWeight();
      }
      long scaled = Math.max(1, weight(endpoint) * numerator / denominator);
      return scaled == 1 && unset ? 0 : (int) Math.min(scaled, Integer.MAX_VALUE);
    }
  }

  private static long weight(WorkloadEntry endpoint) {
    return Math.max(1, Integer.toUnsignedLong(endpoint.getWeight()));
  }

  private static Set<Key> keys(ServiceEntry entry) {
    Set<Key> keys = new HashSet<>();
    if (entry.getPortsCount() > 0) {
      entry.getEndpointsList().forEach(each -> keys.add(Key.of(each, entry.getPorts(0))));
    }
    return keys;
  }

  private static ServiceEntry parse(ByteString body) {
    try {
      return ServiceEntry.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a ServiceEntry", e);
    }
  }
}
