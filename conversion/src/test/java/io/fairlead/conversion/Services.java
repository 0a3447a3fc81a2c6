package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;

/** Short ways to write services and to look at what became of them. */
final class Services {
  private Services() {}

  static Service service(String name, Instance... instances) {
    return service(name, Map.of(), instances);
  }

  static Service service(String name, Map<String, String> metadata, Instance... instances) {
    return new Service(ServiceId.of(name), Map.of(), metadata, List.of(), List.of(instances));
  }

  static Service tagged(List<String> tags, Instance... instances) {
    return new Service(ServiceId.of("web"), Map.of(), Map.of(), tags, List.of(instances));
  }

  static Instance instance(String address, int port) {
    return instance(address + ":" + port, address, port, Availability.READY);
  }

  static Instance instance(String address, int port, double weight) {
    return new Instance(
        address + ":" + port, address, port, weight, Availability.READY, Locality.NONE, Map.of());
  }

  static Instance instance(String address, int port, Map<String, String> metadata) {
    return new Instance(
        address + ":" + port, address, port, 1, Availability.READY, Locality.NONE, metadata);
  }

  static Instance instance(String id, String address, int port, Availability availability) {
    return new Instance(id, address, port, 1, availability, Locality.NONE, Map.of());
  }

  static ConversionPolicy.Builder policy() {
    return ConversionPolicy.builder("dc1").host(HostTemplate.parse("{service}.test"));
  }

  static Conversion convert(Service service) {
    return new Converter(policy().build()).convert(service);
  }

  static ConvertedEntry entry(Conversion conversion) {
    if (conversion instanceof Conversion.Converted converted) {
      return converted.entry();
    }
    throw new AssertionError("refused: " + conversion.findings());
  }

  static ServiceEntry served(Service service) {
    return entry(convert(service)).entry();
  }

  static List<String> addresses(ServiceEntry entry) {
    return entry.getEndpointsList().stream().map(WorkloadEntry::getAddress).toList();
  }

  static List<Reason> reasons(Conversion conversion) {
    return conversion.findings().stream().map(Finding::reason).toList();
  }

  static List<Reason> reasons(Service service) {
    return reasons(convert(service));
  }
}
