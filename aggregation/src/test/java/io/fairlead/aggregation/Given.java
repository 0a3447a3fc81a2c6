package io.fairlead.aggregation;

import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Services, registries and outcomes to test with. */
final class Given {
  static final Duration KEEP_EMPTY = Duration.ofMinutes(5);

  private Given() {}

  static RegistrySettings registry(String name, int priority) {
    return new RegistrySettings(name, priority, policy(name).build(), KEEP_EMPTY);
  }

  /** Hosts do not depend on the registry, so that registries meet. */
  static ConversionPolicy.Builder policy(String name) {
    return ConversionPolicy.builder(name)
        .host(HostTemplate.parse("{service}.test"))
        .namespace(HostTemplate.parse("mesh"));
  }

  static Instance ready(String address) {
    return instance(address, 8080, Availability.READY);
  }

  static Instance instance(String address, int port, Availability availability) {
    return new Instance(
        address + ":" + port, address, port, 1, availability, Locality.NONE, Map.of());
  }

  static Service service(String name, String... addresses) {
    return service(ServiceId.of(name), addresses);
  }

  static Service service(ServiceId id, String... addresses) {
    List<Instance> instances = new ArrayList<>();
    for (String address : addresses) {
      instances.add(ready(address));
    }
    return service(id, instances);
  }

  static Service service(ServiceId id, List<Instance> instances) {
    return new Service(id, Map.of(), Map.of(), List.of(), instances);
  }

  /** The service with a place in its registry's order of creation. */
  static Service created(OptionalLong index, Service service) {
    return new Service(
        service.id(),
        service.variables(),
        service.metadata(),
        service.tags(),
        service.instances(),
        index);
  }

  /** A service whose only instance is not ready: it has a port and no endpoint. */
  static Service unready(String name) {
    return service(ServiceId.of(name), List.of(instance("10.9.9.9", 8080, Availability.UNHEALTHY)));
  }

  static ReadOutcome fresh(Service... services) {
    return new ReadOutcome.Fresh(List.of(services));
  }
}
