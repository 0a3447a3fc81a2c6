package io.fairlead.conformance;

import io.fairlead.harness.ScriptedRegistry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The registry that shows faults at will. */
final class ChurnedScript implements ChurnTarget, AutoCloseable {
  private final ScriptedRegistry registry = ScriptedRegistry.start();

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public String configuration() {
    return """
        - {name: scripted, type: scripted, address: "%s", retry: 50ms, protocol: http,
           keepEmpty: 1h, host: "{service}.scripted", namespace: scripted}
        """
        .formatted(registry.address());
  }

  @Override
  public void write(String service, SortedMap<String, Registered> instances) {
    registry.put(service(service, instances));
  }

  private static Service service(String name, SortedMap<String, Registered> instances) {
    List<Instance> list = new ArrayList<>();
    instances.forEach(
        (id, instance) ->
            list.add(
                new Instance(
                    id,
                    instance.address(),
                    instance.port(),
                    instance.weight(),
                    instance.healthy() ? Availability.READY : Availability.UNHEALTHY,
                    Locality.parse(instance.locality()),
                    instance.labels())));
    return new Service(ServiceId.of(name), Map.of(), Map.of(), List.of(), list);
  }

  @Override
  public void delete(String service) {
    registry.remove(ServiceId.of(service));
  }

  @Override
  public void goAway() {
    registry.makeUnreachable();
  }

  @Override
  public void comeBack() {
    registry.makeReachable();
  }

  @Override
  public void stumble(int kind) {
    List<Service> services = registry.services();
    switch (kind % 6) {
      case 0 -> registry.cut();
      case 1 -> {
        registry.cutNextViewAfter(services.size() / 2);
        registry.view();
      }
      case 2 -> registry.garbage();
      case 3 -> {
        registry.failReads();
        registry.recover();
      }
      case 4 -> {
        // Twice, and a removal of what is not there.
        registry.sayChanged(services.get(0));
        registry.sayChanged(services.get(0));
        registry.sayRemoved(ServiceId.of("never-there"));
      }
      default -> {
        // A part cannot be read, until the next whole view.
        registry.sayFailing("half of it");
        registry.view();
      }
    }
  }

  @Override
  public void close() {
    registry.close();
  }
}
