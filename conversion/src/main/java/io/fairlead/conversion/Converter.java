package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Service;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Converts services of one registry into ServiceEntries. A pure function of the service and the
 * policy; immutable, so any number of threads may use one.
 *
 * <p>Health, weights and the metadata of instances reach the endpoints only, as long as they do not
 * change the majority for a port, a protocol or a revision: istiod answers a change of endpoints
 * with a push of endpoints, and any other change of an entry with a full push to every proxy.
 *
 * <p>A service whose instances all have host names (resolution DNS) and of which none takes traffic
 * keeps its resolution, too; of such an entry without endpoints Istio resolves the host itself.
 */
public final class Converter {
  private final ConversionPolicy policy;
  private final Hosts hosts;
  private final String registryLabel;

  /** A converter for the registry that the policy is for. */
  public Converter(ConversionPolicy policy) {
    this.policy = Objects.requireNonNull(policy, "policy");
    this.hosts = new Hosts(policy);
    this.registryLabel = policy.registryLabel();
  }

  /**
   * Converts one service. Never throws for what a registry may hold: what cannot be served is
   * refused or left out, with a finding.
   */
  public Conversion convert(Service service) {
    FindingLog log = new FindingLog(service.id().toString());
    OptionalInt port = Ports.choose(policy.port(), service.instances());
    if (port.isEmpty()) {
      log.add(Reason.NO_PORT, service.instances().isEmpty() ? "no instances" : "");
      return new Conversion.Refused(service.id(), log.findings());
    }
    ConvertedEntry entry = entry(service, port.getAsInt(), log);
    return new Conversion.Converted(service.id(), entry, log.findings());
  }

  private ConvertedEntry entry(Service service, int port, FindingLog log) {
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
    SortedSet<String> revisions = Revisions.choose(policy.revisions(), service, log);
    return new ConvertedEntry(
        service.id(),
        namespace.text(),
        host.text(),
        host.text(),
        labels(revisions),
        annotations,
        revisions,
        policy.createTime(),
        serviceEntry(service, port, host.text(), namespace.text(), log));
  }

  private SortedMap<String, String> labels(SortedSet<String> revisions) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put(ConvertedEntry.REGISTRY_LABEL, registryLabel);
    if (revisions.size() == 1) {
      labels.put(RevisionRule.ISTIO_LABEL, revisions.first());
    }
    return labels;
  }

  private ServiceEntry serviceEntry(
      Service service, int port, String host, String namespace, FindingLog log) {
    IstioProtocol protocol = ProtocolChoice.choose(service, port, policy.protocol(), log);
    Candidates candidates = new Candidates(policy.loopback(), service.instances(), log);
    ServiceEntry.Builder entry =
        ServiceEntry.newBuilder()
            .addHosts(host)
            .addPorts(
                ServicePort.newBuilder()
                    .setNumber(port)
                    .setProtocol(protocol.text())
                    .setName(protocol.portName()))
            .setLocation(policy.location().location())
            .setResolution(
                candidates.areHostNames()
                    ? ServiceEntry.Resolution.DNS
                    : ServiceEntry.Resolution.STATIC);
    addExportTo(namespace, entry);
    addEndpoints(service, candidates, entry, log);
    return entry.build();
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
