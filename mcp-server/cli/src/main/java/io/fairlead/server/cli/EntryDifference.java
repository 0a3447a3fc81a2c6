package io.fairlead.server.cli;

import com.google.protobuf.util.Timestamps;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The difference between two states of one ServiceEntry.
 *
 * @param cost the push that it costs each istiod
 * @param what the parts that differ, in words, the dearest first
 */
record EntryDifference(PushCost cost, List<String> what) {
  // istiod makes something of this one; of all others it takes note only.
  private static final String TRAFFIC_DISTRIBUTION = "networking.istio.io/traffic-distribution";

  EntryDifference {
    what = List.copyOf(what);
  }

  /** Compares two states. */
  static EntryDifference of(Resource before, Resource after) {
    Comparison comparison = new Comparison();
    Metadata old = before.decode().getMetadata();
    Metadata now = after.decode().getMetadata();
    comparison.metadata(before, old, after, now);
    comparison.spec(ResourceDocument.serviceEntry(before), ResourceDocument.serviceEntry(after));
    return comparison.result();
  }

  /** The parts found so far. */
  private static final class Comparison {
    private final Map<PushCost, List<String>> found = new TreeMap<>();
    private PushCost least = PushCost.NONE;

    EntryDifference result() {
      List<String> what = new ArrayList<>();
      PushCost cost = least;
      for (PushCost each : List.of(PushCost.FULL, PushCost.ENDPOINTS, PushCost.NONE)) {
        List<String> parts = found.getOrDefault(each, List.of());
        what.addAll(parts);
        cost = parts.isEmpty() ? cost : cost.and(each);
      }
      return new EntryDifference(cost, what);
    }

    private void add(PushCost cost, String what) {
      found.computeIfAbsent(cost, each -> new ArrayList<>()).add(what);
    }

    private void full(String name, String before, String after) {
      if (!before.equals(after)) {
        add(PushCost.FULL, name + " " + shown(before) + " -> " + shown(after));
      }
    }

    private static String shown(String value) {
      return value.isEmpty() ? "none" : value;
    }

    void metadata(Resource before, Metadata old, Resource after, Metadata now) {
      Map<String, String> oldLabels = new TreeMap<>(old.getLabelsMap());
      Map<String, String> newLabels = new TreeMap<>(now.getLabelsMap());
      full(
          "registry",
          oldLabels.getOrDefault(ConvertedEntry.REGISTRY_LABEL, ""),
          newLabels.getOrDefault(ConvertedEntry.REGISTRY_LABEL, ""));
      oldLabels.remove(ConvertedEntry.REGISTRY_LABEL);
      newLabels.remove(ConvertedEntry.REGISTRY_LABEL);
      map(PushCost.FULL, "label", oldLabels, newLabels);
      full("revisions", revisions(before), revisions(after));
      Map<String, String> oldNotes = new TreeMap<>(old.getAnnotationsMap());
      Map<String, String> newNotes = new TreeMap<>(now.getAnnotationsMap());
      String wasDistributed = oldNotes.remove(TRAFFIC_DISTRIBUTION);
      String isDistributed = newNotes.remove(TRAFFIC_DISTRIBUTION);
      full(
          "trafficDistribution",
          wasDistributed == null ? "" : wasDistributed,
          isDistributed == null ? "" : isDistributed);
      map(PushCost.NONE, "annotation", oldNotes, newNotes);
      if (!old.getCreateTime().equals(now.getCreateTime())) {
        add(
            PushCost.NONE,
            "creation time "
                + Timestamps.toString(old.getCreateTime())
                + " -> "
                + Timestamps.toString(now.getCreateTime()));
      }
    }

    private static String revisions(Resource resource) {
      return resource.revisions().isEmpty()
          ? "all"
          : String.join(",", new TreeSet<>(resource.revisions()));
    }

    private void map(
        PushCost cost, String name, Map<String, String> before, Map<String, String> after) {
      TreeSet<String> keys = new TreeSet<>(before.keySet());
      keys.addAll(after.keySet());
      for (String key : keys) {
        String old = before.get(key);
        String now = after.get(key);
        if (old == null) {
          add(cost, name + " +" + key + "=" + now);
        } else if (now == null) {
          add(cost, name + " -" + key);
        } else if (!old.equals(now)) {
          add(cost, name + " " + key + " " + old + " -> " + now);
        }
      }
    }

    void spec(ServiceEntry before, ServiceEntry after) {
      least = PushCost.least(before, after);
      full(
          "hosts", String.join(",", before.getHostsList()), String.join(",", after.getHostsList()));
      full("ports", ports(before), ports(after));
      full("resolution", before.getResolution().name(), after.getResolution().name());
      full("location", before.getLocation().name(), after.getLocation().name());
      full("exportTo", set(before.getExportToList()), set(after.getExportToList()));
      full(
          "addresses",
          String.join(",", before.getAddressesList()),
          String.join(",", after.getAddressesList()));
      full(
          "subjectAltNames",
          String.join(",", before.getSubjectAltNamesList()),
          String.join(",", after.getSubjectAltNamesList()));
      full(
          "workloadSelector",
          labels(before.getWorkloadSelector().getLabelsMap()),
          labels(after.getWorkloadSelector().getLabelsMap()));
      endpoints(before, after);
    }

    private static String ports(ServiceEntry entry) {
      return entry.getPortsList().stream().map(Comparison::port).collect(Collectors.joining(","));
    }

    private static String port(ServicePort port) {
      return port.getNumber()
          + "/"
          + port.getProtocol()
          + (port.getName().equalsIgnoreCase(port.getProtocol()) ? "" : "/" + port.getName())
          + (port.getTargetPort() == 0 ? "" : ":" + port.getTargetPort());
    }

    private static String set(Collection<String> values) {
      return String.join(",", new TreeSet<>(values));
    }

    private static String labels(Map<String, String> labels) {
      return new TreeMap<>(labels)
          .entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining(","));
    }

    // By address and ports: with another one it is another endpoint.
    private void endpoints(ServiceEntry before, ServiceEntry after) {
      Map<String, WorkloadEntry> old = bySocket(before);
      Map<String, WorkloadEntry> now = bySocket(after);
      if (old.equals(now)) {
        return;
      }
      long added = now.keySet().stream().filter(each -> !old.containsKey(each)).count();
      long removed = old.keySet().stream().filter(each -> !now.containsKey(each)).count();
      long other =
          now.entrySet().stream()
              .filter(each -> old.containsKey(each.getKey()))
              .filter(each -> !each.getValue().equals(old.get(each.getKey())))
              .count();
      String what = part(" +", added) + part(" -", removed) + part(" ~", other);
      add(PushCost.ofEndpoints(before, after), "endpoints" + what);
    }

    private static String part(String sign, long count) {
      return count == 0 ? "" : sign + count;
    }

    private static Map<String, WorkloadEntry> bySocket(ServiceEntry entry) {
      Map<String, WorkloadEntry> endpoints = new HashMap<>();
      for (WorkloadEntry endpoint : entry.getEndpointsList()) {
        endpoints.put(
            endpoint.getAddress() + " " + new TreeMap<>(endpoint.getPortsMap()), endpoint);
      }
      return endpoints;
    }
  }
}
