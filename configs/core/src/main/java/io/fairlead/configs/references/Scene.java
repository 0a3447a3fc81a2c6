package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.Subset;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All that names may lead to: services, gateways, subsets, delegates. Immutable once made. */
final class Scene {
  private final ServedHosts served;
  private final Unseen unseen;
  private final Map<String, ServedService> ownServices = new HashMap<>();
  private final Map<String, Gateway> gateways = new HashMap<>();
  private final Set<String> delegates = new HashSet<>();
  // By host as istiods complete it.
  private final Map<String, Set<String>> subsets = new HashMap<>();
  private final Set<String> wildcards = new HashSet<>();

  /** A service of a ServiceEntry that a person wrote. */
  private record OwnService(
      Set<String> exportTo, Set<Integer> ports, List<Map<String, String>> endpointLabels)
      implements ServedService {}

  Scene(Collection<Referrer> resources, ServedHosts served, Unseen unseen) {
    this.served = served;
    this.unseen = unseen;
    for (Referrer resource : resources) {
      if (resource.spec() instanceof ServiceEntry entry) {
        add(entry);
      } else if (resource.spec() instanceof Gateway gateway) {
        gateways.put(resource.fullName(), gateway);
      } else if (resource.spec() instanceof DestinationRule rule) {
        addSubsets(HostNames.complete(rule.getHost(), resource.namespace()), rule);
      } else if (resource.kind() == IstioKind.VIRTUAL_SERVICE
          && VirtualServiceReferences.isDelegate(resource)) {
        delegates.add(resource.fullName());
      }
    }
  }

  private void add(ServiceEntry entry) {
    // The labels of workloads that are selected are not known here.
    List<Map<String, String>> labels =
        entry.getEndpointsList().stream().map(WorkloadEntry::getLabelsMap).distinct().toList();
    OwnService service =
        new OwnService(
            Set.copyOf(entry.getExportToList()),
            entry.getPortsList().stream().map(ServicePort::getNumber).collect(Collectors.toSet()),
            labels);
    entry.getHostsList().forEach(host -> ownServices.put(host.toLowerCase(Locale.ROOT), service));
  }

  private void addSubsets(String host, DestinationRule rule) {
    Set<String> names = subsets.computeIfAbsent(host, key -> new HashSet<>());
    rule.getSubsetsList().stream().map(Subset::getName).forEach(names::add);
    if (HostNames.isWildcard(host)) {
      wildcards.add(host);
    }
  }

  /** Returns the service of a full name. */
  Optional<ServedService> service(String host) {
    ServedService own = ownServices.get(host);
    return own == null ? served.find(host) : Optional.of(own);
  }

  /** Whether there is, or may be, a service with this full name. */
  boolean mayExist(String host) {
    if (unseen == Unseen.PASSED_OVER || HostNames.isOfKubernetes(host) || Hosts.isIp(host)) {
      return true;
    }
    if (HostNames.isWildcard(host)) {
      return served.anyWithin(host)
          || ownServices.keySet().stream().anyMatch(own -> Hosts.overlap(own, host));
    }
    return service(host).isPresent()
        || ownServices.keySet().stream()
            .anyMatch(own -> HostNames.isWildcard(own) && Hosts.isWithin(host, own));
  }

  /** Whether a DestinationRule has the subset of a host, or may have it elsewhere. */
  boolean hasSubset(String host, String subset) {
    if (subsets.getOrDefault(host, Set.of()).contains(subset)) {
      return true;
    }
    for (String wildcard : wildcards) {
      if (Hosts.isWithin(host, wildcard)
          && subsets.getOrDefault(wildcard, Set.of()).contains(subset)) {
        return true;
      }
    }
    return unseen == Unseen.PASSED_OVER && !subsets.containsKey(host);
  }

  /** Returns the gateway of {@code NAMESPACE/NAME}. */
  Optional<Gateway> gateway(String name) {
    return Optional.ofNullable(gateways.get(name));
  }

  boolean hasDelegate(String name) {
    return delegates.contains(name);
  }

  /** Whether what is not here may be elsewhere, so that nobody is to be warned of it. */
  boolean passesOver() {
    return unseen == Unseen.PASSED_OVER;
  }
}
