package io.fairlead.aggregation;

import io.fairlead.aggregation.MergedHost.ServiceKey;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Handling;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The merge of the entries of one host into one entry. The first entry leads: the merged one has
 * its namespace, first port, labels, annotations and visibility. Each of the others adds its
 * endpoints and the ports that are not there yet, unless it differs in what a host has only once.
 *
 * <p>The outcome depends on the entries alone, and a merge of the {@link #partsOf parts} of a
 * merged resource is that resource again. Used by one thread, once.
 */
final class Merge {
  /** The largest number of services of one entry. */
  static final int MAX_SERVICES = 1000;

  private static final int MAX_PORTS = 32;
  private static final long MAX_WEIGHTS = 0xffff_ffffL;

  /**
   * An entry that is to be merged.
   *
   * @param registry label of the registry that it is of
   */
  record Part(String registry, CompactEntry entry) {
    private ServiceKey key() {
      return new ServiceKey(registry, entry.service());
    }
  }

  private record Fitting(Part part, ConvertedEntry entry) {}

  private final List<Fitting> fitting = new ArrayList<>();
  private final Map<ServiceKey, String> refused = new HashMap<>();
  private final Part first;
  private final ConvertedEntry lead;
  // By number, in the order in which they come; the first port is the lead's.
  private final Map<Integer, ServicePort> ports = new LinkedHashMap<>();
  // Of the first that has endpoints: one without has none of its own.
  private ServiceEntry.@Nullable Resolution resolution;

  private Merge(Part first) {
    this.first = first;
    this.lead = first.entry.expand();
    take(first, lead);
  }

  /**
   * Merges entries.
   *
   * @param parts at least one, in their order
   */
  static MergedHost of(List<Part> parts) {
    Part first = parts.get(0);
    if (parts.size() == 1) {
      return new MergedHost(
          first.entry,
          new MergedMembers(List.of(member(first, first.entry.endpoints()))),
          Map.of());
    }
    Merge merge = new Merge(first);
    for (Part part : parts.subList(1, parts.size())) {
      merge.add(part);
    }
    return merge.merged();
  }

  private static MergedMembers.Member member(Part part, int endpoints) {
    return new MergedMembers.Member(
        Departures.labelOf(part.registry), part.entry.service(), endpoints);
  }

  private void add(Part part) {
    if (fitting.size() == MAX_SERVICES) {
      refuse(part, "has " + MAX_SERVICES + " services already");
      return;
    }
    ConvertedEntry entry = part.entry.expand();
    String misfit = misfit(entry);
    if (misfit == null) {
      take(part, entry);
    } else {
      refuse(part, misfit);
    }
  }

  private void refuse(Part part, String why) {
    refused.put(
        part.key(),
        lead.host()
            + " of "
            + Departures.labelOf(first.registry)
            + "/"
            + ForeignText.clean(first.entry.service().toString())
            + " "
            + why);
  }

  private void take(Part part, ConvertedEntry entry) {
    fitting.add(new Fitting(part, entry));
    ServiceEntry body = entry.entry();
    for (ServicePort port : body.getPortsList()) {
      ports.computeIfAbsent(
          port.getNumber(), number -> ports.isEmpty() ? port : named(port, number));
    }
    if (resolution == null && body.getEndpointsCount() > 0) {
      resolution = body.getResolution();
    }
  }

  // The plain name is that of the first port.
  private static ServicePort named(ServicePort port, int number) {
    String suffix = "-" + number;
    return port.getName().endsWith(suffix)
        ? port
        : port.toBuilder().setName(port.getName() + suffix).build();
  }

  /** Returns in what an entry differs from the lead's that a host has only once. */
  private @Nullable String misfit(ConvertedEntry entry) {
    ServiceEntry body = entry.entry();
    ServiceEntry leads = lead.entry();
    String alias = entry.annotations().getOrDefault(ConvertedEntry.ALIAS_ANNOTATION, "");
    String leadsAlias = lead.annotations().getOrDefault(ConvertedEntry.ALIAS_ANNOTATION, "");
    if (!alias.equals(leadsAlias)) {
      return "is an alias of " + leadsAlias + ", this one of " + alias;
    }
    if (leads.hasWorkloadSelector() || body.hasWorkloadSelector()) {
      return "cannot have both pods (workloadSelector) and instances";
    }
    if (leads.getLocation() != body.getLocation()) {
      return "is " + leads.getLocation() + ", this one " + body.getLocation();
    }
    if (!lead.revisions().equals(entry.revisions())) {
      return "is for the revisions " + lead.revisions() + ", this one for " + entry.revisions();
    }
    if (!viewers(lead).equals(viewers(entry))) {
      return "is exported to " + viewers(lead) + ", this one to " + viewers(entry);
    }
    if (resolution != null && body.getEndpointsCount() > 0 && resolution != body.getResolution()) {
      return "has the resolution " + resolution + ", this one " + body.getResolution();
    }
    return misfitOfPorts(body);
  }

  private @Nullable String misfitOfPorts(ServiceEntry body) {
    int added = 0;
    for (ServicePort port : body.getPortsList()) {
      ServicePort there = ports.get(port.getNumber());
      if (there == null) {
        added++;
      } else if (!there.getProtocol().equals(port.getProtocol())) {
        return "speaks "
            + there.getProtocol()
            + " on the port "
            + port.getNumber()
            + ", this one "
            + port.getProtocol();
      }
    }
    return ports.size() + added > MAX_PORTS ? "would have more than " + MAX_PORTS + " ports" : null;
  }

  private static List<String> viewers(ConvertedEntry entry) {
    return entry.entry().getExportToList().stream()
        .map(target -> target.equals(".") ? entry.namespace() : target)
        .distinct()
        .sorted()
        .toList();
  }

  private MergedHost merged() {
    List<ServicePort> all = new ArrayList<>();
    ServicePort firstPort = lead.entry().getPorts(0);
    all.add(firstPort);
    Map<Integer, ServicePort> others = new TreeMap<>(ports);
    others.remove(firstPort.getNumber());
    all.addAll(others.values());
    List<WorkloadEntry> endpoints = new ArrayList<>();
    List<MergedMembers.Member> members = new ArrayList<>();
    Set<List<Object>> sockets = new HashSet<>();
    for (Fitting one : fitting) {
      int before = endpoints.size();
      for (WorkloadEntry endpoint : one.entry.entry().getEndpointsList()) {
        WorkloadEntry mapped = mapped(endpoint, one.entry.entry().getPortsList(), all);
        int port = mapped.getPortsOrDefault(firstPort.getName(), firstPort.getNumber());
        // Who is registered twice, such as in two registries, is one endpoint.
        if (sockets.add(List.of(mapped.getAddress(), mapped.getNetwork(), port))) {
          endpoints.add(mapped);
        }
      }
      members.add(member(one.part, endpoints.size() - before));
    }
    ServiceEntry.Builder body =
        lead.entry().toBuilder()
            .clearPorts()
            .addAllPorts(all)
            .clearEndpoints()
            .addAllEndpoints(weighted(endpoints));
    if (resolution != null) {
      body.setResolution(resolution);
    }
    return new MergedHost(
        CompactEntry.of(
            new ConvertedEntry(
                lead.service(),
                lead.namespace(),
                lead.name(),
                lead.host(),
                lead.labels(),
                lead.annotations(),
                lead.revisions(),
                lead.createTime(),
                body.build())),
        new MergedMembers(members),
        refused);
  }

  // Requests to a port that its own service does not have go to the endpoint's own port.
  private static WorkloadEntry mapped(
      WorkloadEntry endpoint, List<ServicePort> own, List<ServicePort> all) {
    if (own.equals(all)) {
      return endpoint;
    }
    int usual = endpoint.getPortsOrDefault(own.get(0).getName(), own.get(0).getNumber());
    Map<Integer, Integer> targets = new HashMap<>();
    for (ServicePort port : own) {
      targets.put(port.getNumber(), endpoint.getPortsOrDefault(port.getName(), port.getNumber()));
    }
    WorkloadEntry.Builder mapped = endpoint.toBuilder().clearPorts();
    for (ServicePort port : all) {
      int target = targets.getOrDefault(port.getNumber(), usual);
      if (target != port.getNumber()) {
        mapped.putPorts(port.getName(), target);
      }
    }
    return mapped.build();
  }

  // Unset means 1 in all of them, as Istio reads it.
  private static List<WorkloadEntry> weighted(List<WorkloadEntry> endpoints) {
    long sum = 0;
    boolean equal = true;
    for (WorkloadEntry endpoint : endpoints) {
      sum += weight(endpoint);
      equal &= weight(endpoint) == Handling.MERGED_WEIGHT;
    }
    // Room for the ones that are raised to 1 by the division.
    long limit = MAX_WEIGHTS - endpoints.size();
    List<WorkloadEntry> weighted = new ArrayList<>(endpoints.size());
    for (WorkloadEntry endpoint : endpoints) {
      long weight = weight(endpoint);
      long fitted = equal ? 0 : sum > limit ? Math.max(1, weight * limit / sum) : weight;
      weighted.add(
          endpoint.getWeight() == (int) fitted
              ? endpoint
              : endpoint.toBuilder().setWeight((int) fitted).build());
    }
    return weighted;
  }

  private static long weight(WorkloadEntry endpoint) {
    return endpoint.getWeight() == 0
        ? Handling.MERGED_WEIGHT
        : Integer.toUnsignedLong(endpoint.getWeight());
  }

  /** Returns the parts that a merged resource was made of, each with its own endpoints. */
  static List<Part> partsOf(Resource resource) {
    MergedMembers members = MergedMembers.of(resource);
    boolean addressed = MergedMembers.isAddressed(resource);
    if (members.all().size() == 1) {
      MergedMembers.Member only = members.all().get(0);
      return List.of(
          new Part(only.registry(), CompactEntry.stored(origin(only, addressed), resource, true)));
    }
    ConvertedEntry whole =
        CompactEntry.stored(origin(members.all().get(0), addressed), resource).expand();
    List<Part> parts = new ArrayList<>();
    int from = 0;
    for (MergedMembers.Member member : members.all()) {
      int to = from + member.endpoints();
      ServiceEntry body =
          whole.entry().toBuilder()
              .clearEndpoints()
              .addAllEndpoints(whole.entry().getEndpointsList().subList(from, to))
              .build();
      from = to;
      SortedMap<String, String> labels = new TreeMap<>(whole.labels());
      labels.put(ConvertedEntry.REGISTRY_LABEL, member.registry());
      parts.add(
          new Part(
              member.registry(),
              CompactEntry.of(
                  new ConvertedEntry(
                      member.service(),
                      whole.namespace(),
                      whole.name(),
                      whole.host(),
                      labels,
                      whole.annotations(),
                      whole.revisions(),
                      whole.createTime(),
                      body),
                  CompactEntry.NO_INDEX,
                  true)));
    }
    return parts;
  }

  private static ServiceOrigin origin(MergedMembers.Member member, boolean addressed) {
    return new ServiceOrigin(member.registry(), member.service(), addressed);
  }
}
