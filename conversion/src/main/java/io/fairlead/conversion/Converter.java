package io.fairlead.conversion;

import io.fairlead.conversion.rules.PartId;
import io.fairlead.conversion.rules.PortOfService;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.conversion.rules.Shaping;
import io.fairlead.conversion.rules.Traffic;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadSelector;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A converter of the services of one registry into ServiceEntries. A pure function of the service
 * and the policy; immutable, so any number of threads may use one.
 *
 * <p>What one instance says reaches its own endpoint only. What all have in common, such as port,
 * protocol and resolution, is what the service, the registry's configuration or most instances say
 * ({@link Ports}, {@link ProtocolChoice}, {@link Candidates}): istiod answers a change of endpoints
 * with a push of endpoints, and any other change of an entry with a full push to every proxy.
 */
public final class Converter {
  /** The label of an endpoint by which istiod knows whether it takes mutual TLS. */
  private static final String TLS_MODE = "security.istio.io/tlsMode";

  /** The annotation by which istiod knows which endpoints are preferred. */
  private static final String DISTRIBUTION = "networking.istio.io/traffic-distribution";

  private final ConversionPolicy policy;
  private final Hosts hosts;
  private final String registryLabel;

  /** Creates a converter for the registry that the policy is for. */
  public Converter(ConversionPolicy policy) {
    this.policy = Objects.requireNonNull(policy, "policy");
    this.hosts = new Hosts(policy);
    this.registryLabel = policy.registryLabel();
  }

  /**
   * Converts one service into as many entries as rules make of it: one for each of its parts and
   * aliases, in the order of their identities, and one without rules. It never throws for content
   * of a registry: whatever cannot be served is refused or left out, with a finding.
   */
  public List<Conversion> convertAll(Service service) {
    return policy.rules().isEmpty() && !RuleSet.isOptedOut(service)
        ? List.of(convert(service))
        : converted(service, policy.rules().shape(service, this::host));
  }

  /** Returns how the rules make of a service what it is, with each that matched. */
  public Shaping explain(Service service) {
    return policy.rules().explain(service, this::host);
  }

  private String host(Service service, @Nullable String given) {
    return named(service, given).text();
  }

  private Hosts.Named named(Service service, @Nullable String given) {
    return given == null || given.isEmpty() ? hosts.host(service) : Hosts.given(given);
  }

  private List<Conversion> converted(Service service, Shaping shaping) {
    Shaping.Unselected unselected = shaping.unselected();
    if (unselected != null) {
      ServiceId id = policy.rules().isEmpty() ? service.id() : PartId.ofWhole(service.id());
      return List.of(
          new Conversion.NotSelected(
              id,
              List.of(Finding.about(service.id(), Reason.of(unselected), unselected.by())),
              unselected.whole()));
    }
    List<Conversion> all = new ArrayList<>();
    List<Shaping.Note> notes = shaping.notes();
    for (ServicePart part : shaping.parts()) {
      FindingLog log = new FindingLog(service.id().toString());
      notes.forEach(note -> log.add(Reason.of(note.kind()), note.subject(), note.detail()));
      // What was left out is told once, with the first part.
      notes = List.of();
      addPart(part, log, all);
    }
    return all;
  }

  private void addPart(ServicePart part, FindingLog log, List<Conversion> all) {
    List<String> aliases = new ArrayList<>();
    for (String alias : part.aliases()) {
      if (Hosts.isExact(alias)) {
        aliases.add(alias);
      } else {
        log.add(Reason.ALIAS_ILLEGAL, alias);
      }
    }
    Conversion conversion = convert(part, log);
    all.add(conversion);
    if (conversion instanceof Conversion.Converted converted) {
      for (String alias : new TreeSet<>(aliases)) {
        ServiceId id = PartId.ofAlias(part.id(), alias);
        all.add(
            new Conversion.Converted(
                id,
                converted.entry().aliased(id, alias),
                converted.origins(),
                converted.handling(),
                List.of()));
      }
    }
  }

  /** Converts one service as a whole, as if there were no rules. */
  public Conversion convert(Service service) {
    return convert(ServicePart.whole(service), new FindingLog(service.id().toString()));
  }

  private Conversion convert(ServicePart part, FindingLog log) {
    Service service = part.service();
    Traffic traffic = part.traffic();
    Candidates candidates =
        new Candidates(
            policy.loopback(),
            service.instances(),
            traffic == null ? null : traffic.resolution(),
            log);
    List<Instance> voters = candidates.voters();
    boolean left = Ports.isLeftToInstances(part);
    Ports ports = new Ports(policy.port(), log);
    Optional<Ports.Choice> said =
        left ? Optional.empty() : Ports.ofRules(part).or(() -> ports.said(service, voters));
    if (said.isEmpty()
        && service.instances().stream().noneMatch(one -> Ports.isLegal(one.port()))) {
      return refused(part, Reason.NO_PORT, service.instances().isEmpty() ? "no instances" : "");
    }
    Optional<Ports.Choice> decided = said.or(() -> ofInstances(part, ports, voters));
    ProtocolChoice.Choice protocol =
        traffic == null || traffic.protocol() == null
            ? ProtocolChoice.choose(
                service, decided.map(Ports.Choice::number).orElse(0), voters, fallback(), log)
            : new ProtocolChoice.Choice(
                IstioProtocol.configured(traffic.protocol()),
                "traffic.protocol of " + part.trafficRules());
    if (protocol.protocol() == IstioProtocol.UDP) {
      return refused(part, Reason.UDP_NOT_SERVED, protocol.from());
    }
    Ports.Choice port = decided.orElseGet(() -> ports.usual(protocol.protocol()));
    ServedPorts served = new ServedPorts(part, port.number(), protocol.protocol(), voters, log);
    served.tell(protocol.secondPorts());
    return new Conversion.Converted(
        part.id(),
        entry(part, candidates, served, log),
        new Origins(port.from(), protocol.from()),
        Handling.of(part),
        log.findings());
  }

  // Where all ports are served, the first is one of them, even if none is that of most.
  private static Optional<Ports.Choice> ofInstances(
      ServicePart part, Ports ports, List<Instance> voters) {
    PortOfService rule = part.traffic() == null ? null : part.traffic().port();
    if (rule == null || rule.kind() != PortOfService.Kind.ALL) {
      return ports.ofInstances(voters);
    }
    return ServedPorts.ofInstances(voters).stream()
        .findFirst()
        .map(lowest -> new Ports.Choice(lowest, "traffic.port of " + part.trafficRules()));
  }

  private ProtocolChoice.Choice fallback() {
    return new ProtocolChoice.Choice(
        IstioProtocol.configured(policy.protocol()),
        policy.isProtocolGiven()
            ? "protocol: of the registry"
            : "default, as the registry has no protocol configured");
  }

  private static Conversion refused(ServicePart part, Reason reason, String detail) {
    return new Conversion.Refused(
        part.id(), List.of(Finding.about(part.service().id(), reason, detail)));
  }

  private ConvertedEntry entry(
      ServicePart part, Candidates candidates, ServedPorts ports, FindingLog log) {
    Service service = part.service();
    Traffic traffic = part.traffic();
    Hosts.Named host = named(service, part.host());
    Hosts.Named namespace =
        part.namespace() == null
            ? hosts.namespace(service)
            : Hosts.givenNamespace(part.namespace());
    SortedMap<String, String> annotations = new TreeMap<>();
    part.annotations().forEach((key, value) -> annotations.put(key, SafeText.of(value)));
    if (traffic != null && traffic.trafficDistribution() != null) {
      annotations.put(DISTRIBUTION, traffic.trafficDistribution().toString());
    }
    if (host.changed()) {
      log.add(Reason.NAME_CHANGED, host.text());
      annotations.put(ConvertedEntry.SERVICE_ANNOTATION, SafeText.of(service.id().toString()));
    }
    if (namespace.changed()) {
      log.add(Reason.NAMESPACE_CHANGED, namespace.text());
    }
    SortedSet<String> revisions =
        part.revisions() == null
            ? Revisions.choose(policy.revisions(), service, candidates.voters(), log)
            : new TreeSet<>(part.revisions());
    boolean external = traffic != null && traffic.location() == Traffic.Location.MESH_EXTERNAL;
    ServiceEntry.Builder entry =
        ServiceEntry.newBuilder()
            .addHosts(host.text())
            .addAllPorts(ports.ports())
            // Works without sidecars: no endpoint gets the marks that make istiod use mutual TLS to
            // it, unless a rule says that it has one.
            .setLocation(
                external
                    ? ServiceEntry.Location.MESH_EXTERNAL
                    : ServiceEntry.Location.MESH_INTERNAL)
            .setResolution(
                candidates.hasHostNames()
                    ? ServiceEntry.Resolution.DNS
                    : ServiceEntry.Resolution.STATIC);
    addExportTo(part.exportTo() == null ? policy.exportTo() : part.exportTo(), namespace, entry);
    if (traffic != null && traffic.workloadSelector() != null) {
      // istiod refuses an entry with both.
      entry.setWorkloadSelector(
          WorkloadSelector.newBuilder().putAllLabels(traffic.workloadSelector()));
      entry.setResolution(ServiceEntry.Resolution.STATIC);
    } else {
      addEndpoints(part, candidates, ports, entry, log);
    }
    return new ConvertedEntry(
        part.id(),
        namespace.text(),
        host.text(),
        host.text(),
        labels(part.labels(), revisions, log),
        annotations,
        revisions,
        policy.createTime(),
        entry.build());
  }

  private SortedMap<String, String> labels(
      Map<String, String> ofRules, SortedSet<String> revisions, FindingLog log) {
    SortedMap<String, String> labels = new TreeMap<>();
    ofRules.forEach(
        (key, value) -> {
          String legal = LabelText.toValue(value);
          if (!legal.equals(value)) {
            log.add(Reason.ENTRY_LABEL_CHANGED, key + "=" + value);
          }
          if (!legal.isEmpty()) {
            labels.put(key, legal);
          }
        });
    labels.put(ConvertedEntry.REGISTRY_LABEL, registryLabel);
    if (revisions.size() == 1) {
      labels.put(RevisionRule.ISTIO_LABEL, revisions.first());
    }
    return labels;
  }

  /** istiod refuses an entry that is exported to {@code .} and to its namespace by name. */
  private static void addExportTo(
      List<String> targets, Hosts.Named namespace, ServiceEntry.Builder entry) {
    boolean own = targets.contains(".");
    for (String target : targets) {
      if (!own || !target.equals(namespace.text())) {
        entry.addExportTo(target);
      }
    }
  }

  private void addEndpoints(
      ServicePart part,
      Candidates candidates,
      ServedPorts ports,
      ServiceEntry.Builder entry,
      FindingLog log) {
    Service service = part.service();
    Weights weights = Weights.of(service.instances(), part.merging(), log);
    Localities localities = new Localities(service.metadata());
    EndpointLabels labels = new EndpointLabels(policy.revisions().label(), service.metadata(), log);
    for (Candidate candidate : candidates.endpoints()) {
      Instance instance = candidate.instance();
      WorkloadEntry.Builder endpoint =
          WorkloadEntry.newBuilder()
              .setAddress(candidate.address())
              .putAllLabels(labels.of(instance, log))
              .setLocality(localities.of(instance, log))
              .setWeight(weights.of(instance));
      ports.map(instance, endpoint);
      place(part.placement(instance), instance, endpoint, log);
      entry.addEndpoints(endpoint);
    }
  }

  private static void place(
      ServicePart.Placement placement,
      Instance instance,
      WorkloadEntry.Builder endpoint,
      FindingLog log) {
    if (!placement.tlsMode().isEmpty()) {
      endpoint.putLabels(TLS_MODE, placement.tlsMode());
    }
    if (!placement.network().isEmpty()) {
      String network = LabelText.toValue(placement.network());
      if (!network.equals(placement.network())) {
        log.add(Reason.ENTRY_LABEL_CHANGED, instance.id(), "network=" + placement.network());
      }
      endpoint.setNetwork(network);
    }
  }
}
