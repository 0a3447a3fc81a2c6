package io.fairlead.configs.references;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A service that is served, be it made from a registry or written by a person.
 *
 * @param exportTo the namespaces that it is exported to; empty for all
 * @param ports the numbers of its ports
 * @param endpointLabels the labels of its endpoints, those that differ. Empty if they are not
 *     known, or if it has none at the moment: then nothing is said about subsets
 */
record ServedService(
    Set<String> exportTo, Set<Integer> ports, Set<Map<String, String>> endpointLabels) {
  static ServedService of(Referrer resource) {
    ServiceEntry entry = (ServiceEntry) resource.spec();
    Set<String> exportTo =
        entry.getExportToList().stream()
            .map(each -> each.equals(".") ? resource.namespace() : each)
            .collect(Collectors.toSet());
    return new ServedService(
        exportTo.contains("*") ? Set.of() : exportTo,
        entry.getPortsList().stream().map(ServicePort::getNumber).collect(Collectors.toSet()),
        // The labels of workloads that are selected are not known here.
        entry.getEndpointsList().stream()
            .map(WorkloadEntry::getLabelsMap)
            .collect(Collectors.toSet()));
  }

  /** Returns the service of a host that several resources have: what one of them says, holds. */
  static ServedService union(List<ServedService> services) {
    boolean everywhere = services.stream().anyMatch(each -> each.exportTo.isEmpty());
    boolean unknown = services.stream().anyMatch(each -> each.endpointLabels.isEmpty());
    Set<String> exportTo = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    Stream.Builder<Map<String, String>> labels = Stream.builder();
    for (ServedService each : services) {
      exportTo.addAll(each.exportTo);
      ports.addAll(each.ports);
      each.endpointLabels.forEach(labels::add);
    }
    return new ServedService(
        everywhere ? Set.of() : exportTo,
        ports,
        unknown ? Set.of() : labels.build().collect(Collectors.toSet()));
  }
}
