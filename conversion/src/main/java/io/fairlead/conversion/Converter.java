package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

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
   * Converts one service. It never throws for content of a registry: whatever cannot be served is
   * refused or left out, with a finding.
   */
  public Conversion convert(Service service) {
    FindingLog log = new FindingLog(service.id().toString());
    Candidates candidates = new Candidates(policy.loopback(), service.instances(), log);
    List<Instance> voters = candidates.voters();
    Ports ports = new Ports(policy.port(), log);
    Optional<Ports.Choice> said = ports.said(service, voters);
    if (said.isEmpty()
        && service.instances().stream().noneMatch(one -> Ports.isLegal(one.port()))) {
      return refused(service, Reason.NO_PORT, service.instances().isEmpty() ? "no instances" : "");
    }
    Optional<Ports.Choice> decided = said.or(() -> ports.ofInstances(voters));
    ProtocolChoice.Choice protocol =
        ProtocolChoice.choose(
            service, decided.map(Ports.Choice::number).orElse(0), voters, fallback(), log);
    if (protocol.protocol() == IstioProtocol.UDP) {
      return refused(service, Reason.UDP_NOT_SERVED, protocol.from());
    }
    Ports.Choice port = decided.orElseGet(() -> ports.usual(protocol.protocol()));
    ServicePort servicePort =
        ServicePort.newBuilder()
            .setNumber(port.number())
            .setProtocol(protocol.protocol().text())
            .setName(protocol.protocol().portName())
            .build();
    return new Conversion.Converted(
        service.id(),
        entry(service, candidates, servicePort, log),
        new Origins(port.from(), protocol.from()),
        log.findings());
  }

  /**
   * Returns what becomes of each instance of a service in {@link #convert}, for people who look for
   * one; if the service is refused, no endpoint is served all the same.
   */
  public List<InstanceOutcome> outcomes(Service service) {
    return Candidates.outcomes(policy.loopback(), service.instances());
  }

  private ProtocolChoice.Choice fallback() {
    return new ProtocolChoice.Choice(
        IstioProtocol.configured(policy.protocol()),
        policy.isProtocolGiven()
            ? "protocol: of the registry"
            : "default, as the registry has no protocol configured");
  }

  private static Conversion refused(Service service, Reason reason, String detail) {
    return new Conversion.Refused(
        service.id(), List.of(Finding.about(service.id(), reason, detail)));
  }

  private ConvertedEntry entry(
      Service service, Candidates candidates, ServicePort port, FindingLog log) {
    Hosts.Named host = hosts.host(service);
    Hosts.Named namespace = hosts.namespace(service);
    SortedMap<String, String> annotations = new TreeMap<>();
    if (host.changed()) {
      log.add(Reason.NAME_CHANGED, host.text());
      annotations.put(ConvertedEntry.SERVICE_ANNOTATION, SafeText.of(service.id().toString()));
    }
    if (namespace.changed()) {
      log.add(Reason.NAMESPACE_CHANGED, namespace.text());
    }
    SortedSet<String> revisions =
        Revisions.choose(policy.revisions(), service, candidates.voters(), log);
    ServiceEntry.Builder entry =
        ServiceEntry.newBuilder()
            .addHosts(host.text())
            .addPorts(port)
            // Works without sidecars: no endpoint gets the marks that make istiod use mutual TLS to
            // it.
            .setLocation(ServiceEntry.Location.MESH_INTERNAL)
            .setResolution(
                candidates.hasHostNames()
                    ? ServiceEntry.Resolution.DNS
                    : ServiceEntry.Resolution.STATIC);
    addExportTo(namespace.text(), entry);
    addEndpoints(service, candidates, entry, log);
    return new ConvertedEntry(
        service.id(),
        namespace.text(),
        host.text(),
        host.text(),
        labels(revisions),
        annotations,
        revisions,
        policy.createTime(),
        entry.build());
  }

  private SortedMap<String, String> labels(SortedSet<String> revisions) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put(ConvertedEntry.REGISTRY_LABEL, registryLabel);
    if (revisions.size() == 1) {
      labels.put(RevisionRule.ISTIO_LABEL, revisions.first());
    }
    return labels;
  }

  /** istiod refuses an entry that is exported to {@code .} and to its namespace by name. */
  private void addExportTo(String namespace, ServiceEntry.Builder entry) {
    boolean own = policy.exportTo().contains(".");
    for (String target : policy.exportTo()) {
      if (!own || !target.equals(namespace)) {
        entry.addExportTo(target);
      }
    }
  }

  private void addEndpoints(
      Service service, Candidates candidates, ServiceEntry.Builder entry, FindingLog log) {
    ServicePort port = entry.getPorts(0);
    Weights weights = Weights.of(service.instances(), log);
    Localities localities = new Localities(service.metadata());
    EndpointLabels labels = new EndpointLabels(policy.revisions().label(), service.metadata(), log);
    for (Candidate candidate : candidates.endpoints()) {
      WorkloadEntry.Builder endpoint =
          WorkloadEntry.newBuilder()
              .setAddress(candidate.address())
              .putAllLabels(labels.of(candidate.instance(), log))
              .setLocality(localities.of(candidate.instance(), log))
              .setWeight(weights.of(candidate.instance()));
      if (candidate.instance().port() != port.getNumber()) {
        endpoint.putPorts(port.getName(), candidate.instance().port());
      }
      entry.addEndpoints(endpoint);
    }
  }
}
