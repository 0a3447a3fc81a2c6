package io.fairlead.registry.testkit;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The values that the contract tests write, and the checks of the calls they cause. */
final class Contracts {
  private Contracts() {}

  static Instance instance(String word, int number) {
    return new Instance(
        word + "-" + number,
        "10." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255),
        8000 + number,
        1,
        Availability.READY,
        Locality.NONE,
        Map.of("version", "v1"));
  }

  static Service with(Service service, List<Instance> instances) {
    return new Service(
        service.id(), service.variables(), service.metadata(), service.tags(), instances);
  }

  static Instance with(Instance instance, Availability availability) {
    return new Instance(
        instance.id(),
        instance.address(),
        instance.port(),
        instance.weight(),
        availability,
        instance.locality(),
        instance.metadata());
  }

  static Map<ServiceId, Service> byId(ReadOutcome.Fresh outcome) {
    Map<ServiceId, Service> map = new TreeMap<>();
    outcome.services().forEach(service -> map.put(service.id(), service));
    return map;
  }

  /** Returns what calls removed from a state, in words. */
  static List<String> losses(Map<ServiceId, Service> before, List<SinkEvent> events) {
    List<String> losses = new ArrayList<>();
    for (SinkEvent event : events) {
      if (event instanceof SinkEvent.Removed removed && before.containsKey(removed.id())) {
        losses.add("removed " + removed.id());
      } else if (event instanceof SinkEvent.Changed changed) {
        loss(before.get(changed.service().id()), changed.service(), losses);
      } else if (event instanceof SinkEvent.Resynced resynced) {
        Map<ServiceId, Service> now = new HashMap<>(byId(resynced.outcome()));
        before.forEach(
            (id, service) -> {
              Service left = now.get(id);
              if (left == null) {
                losses.add("a resync without " + id);
              } else {
                loss(service, left, losses);
              }
            });
      }
    }
    return losses;
  }

  private static void loss(@Nullable Service before, Service now, List<String> losses) {
    if (before != null && now.instances().size() < before.instances().size()) {
      losses.add(
          now.id()
              + ": "
              + now.instances().size()
              + " instances (expected: "
              + before.instances().size()
              + ")");
    }
  }

  /** Returns which of these services calls removed or left without instances, in words. */
  static List<String> emptied(List<Service> services, List<SinkEvent> events) {
    Map<ServiceId, Service> one = new HashMap<>();
    services.forEach(
        service -> one.put(service.id(), with(service, service.instances().subList(0, 1))));
    return losses(one, events);
  }

  /** Returns the port of a service's first instance as calls gave it, in order. */
  static List<Integer> ports(ServiceId id, List<SinkEvent> events) {
    List<Integer> ports = new ArrayList<>();
    for (SinkEvent event : events) {
      Service service = null;
      if (event instanceof SinkEvent.Changed changed && changed.service().id().equals(id)) {
        service = changed.service();
      } else if (event instanceof SinkEvent.Resynced resynced) {
        service = byId(resynced.outcome()).get(id);
      }
      if (service != null && !service.instances().isEmpty()) {
        ports.add(service.instances().get(0).port());
      }
    }
    return ports;
  }

  /** A part of an instance that a test changes. */
  enum Part {
    ADDRESS(it -> of(it, "10.9.9.9", it.port(), it.weight(), it.locality(), it.metadata())),
    PORT(it -> of(it, it.address(), 9999, it.weight(), it.locality(), it.metadata())),
    WEIGHT(it -> of(it, it.address(), it.port(), 7, it.locality(), it.metadata())),
    HALF_WEIGHT(it -> of(it, it.address(), it.port(), 0.5, it.locality(), it.metadata())),
    METADATA(
        it ->
            of(it, it.address(), it.port(), it.weight(), it.locality(), Map.of("release", "blue"))),
    LOCALITY(
        it ->
            of(
                it,
                it.address(),
                it.port(),
                it.weight(),
                new Locality("region", "zone", ""),
                it.metadata()));

    private final UnaryOperator<Instance> change;

    Part(UnaryOperator<Instance> change) {
      this.change = change;
    }

    Instance change(Instance instance) {
      return change.apply(instance);
    }

    /** Whether the instance stays the same one: an address may be part of its identity. */
    boolean keepsTheId() {
      return this != ADDRESS && this != PORT;
    }

    private static Instance of(
        Instance instance,
        String address,
        int port,
        double weight,
        Locality locality,
        Map<String, String> metadata) {
      return new Instance(
          instance.id(), address, port, weight, instance.availability(), locality, metadata);
    }
  }
}
