package io.fairlead.registry.support;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The services of these tests. */
final class TestServices {
  private TestServices() {}

  static Service service(String name, Instance... instances) {
    return new Service(ServiceId.of(name), Map.of(), Map.of(), List.of(), Arrays.asList(instances));
  }

  /** Returns a service with the instances 1 to {@code count}. */
  static Service service(String name, int count) {
    return service(
        name,
        IntStream.rangeClosed(1, count)
            .mapToObj(number -> instance(name, number, 1))
            .toArray(Instance[]::new));
  }

  static Instance instance(String service, int number, double weight) {
    return new Instance(
        "i" + number,
        "10.0." + Math.floorMod(service.hashCode(), 250) + "." + number,
        8080,
        weight,
        Availability.READY,
        Locality.NONE,
        Map.of());
  }

  static Instance renamed(Instance instance, String id) {
    return new Instance(
        id,
        instance.address(),
        instance.port(),
        instance.weight(),
        instance.availability(),
        instance.locality(),
        instance.metadata());
  }
}
