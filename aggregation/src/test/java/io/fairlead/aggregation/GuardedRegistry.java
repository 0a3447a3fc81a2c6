package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** One registry "a" behind a guard, with services s00, s01 and so on of two endpoints each. */
final class GuardedRegistry {
  static final GuardPolicy POLICY = new GuardPolicy(0.3, 5, Duration.ofMinutes(5));
  static final Duration CONFIRM = POLICY.confirmAfter();

  World world;
  RegistrySink sink;

  GuardedRegistry() {
    this(World.guarded(new World.Log(), POLICY));
  }

  private GuardedRegistry(World world) {
    this.world = world;
    this.sink = world.register("a", 1);
    world.registries.allRegistered();
    world.settle();
  }

  /** The next process on the same store. */
  GuardedRegistry restarted() {
    world.close();
    return new GuardedRegistry(World.guarded(world.log, POLICY));
  }

  static String name(int number) {
    return String.format("s%02d", number);
  }

  static Service whole(int number) {
    return Given.service(name(number), address(number, 1), address(number, 2));
  }

  static Service shrunk(int number) {
    return Given.service(name(number), address(number, 1));
  }

  static String address(int number, int endpoint) {
    return "10.0." + number + "." + endpoint;
  }

  /** Services from (included) to (excluded). */
  static List<Service> services(int from, int to) {
    List<Service> services = new ArrayList<>();
    for (int i = from; i < to; i++) {
      services.add(whole(i));
    }
    return services;
  }

  void resync(List<Service> services) {
    sink.resync(new ReadOutcome.Fresh(services));
    world.settle();
  }

  void change(Service service) {
    sink.changed(service);
    world.settle();
  }

  void fail() {
    sink.failing("no answer from 127.0.0.1:8500", new IOException("down"));
  }

  /** Time in which the registry is read each half minute. */
  void readFor(Duration time) {
    Duration step = Duration.ofSeconds(30);
    for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(step)) {
      world.thread.advance(step);
      sink.alive();
    }
    world.settle();
  }

  List<GuardStatus> guards() {
    return world.registries.guards();
  }

  GuardStatus guard() {
    assertThat(guards()).hasSize(1);
    return guards().get(0);
  }

  Map<String, String> served() {
    return world.served();
  }

  /** Fails unless istiod would take everything that is served, and it is in canonical order. */
  static void assertValid(World world) {
    for (Resource resource : world.store.current().resources(CompactEntry.TYPE)) {
      ServiceEntry entry = World.entry(resource);
      assertThat(entry.getHostsList()).hasSize(1);
      assertThat(entry.getPortsList()).hasSize(1);
      ServicePort port = entry.getPorts(0);
      List<String> keys = new ArrayList<>();
      for (WorkloadEntry endpoint : entry.getEndpointsList()) {
        assertThat(endpoint.getPortsMap().keySet()).isSubsetOf(port.getName());
        boolean isIp = endpoint.getAddress().matches("[0-9.]+|[0-9a-f:]+");
        assertThat(isIp || entry.getResolution() == ServiceEntry.Resolution.DNS).isTrue();
        int number = endpoint.getPortsOrDefault(port.getName(), port.getNumber());
        keys.add(endpoint.getAddress() + " " + String.format("%05d", number));
      }
      assertThat(keys).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.naturalOrder());
      assertThat(resource.decode().getMetadata().containsLabels("fairlead.io/endpoints"))
          .isEqualTo(keys.isEmpty());
    }
  }
}
