package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The contract of adapters with a real Consul, which is stopped and started for outages. */
abstract class ConsulContract extends AdapterContract {
  // While Consul is down its catalog cannot be written: it is once it is up again.
  private final List<Runnable> postponed = new ArrayList<>();
  private boolean down;

  abstract ConsulServer server();

  abstract ConsulConfiguration configuration();

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new ConsulRegistryFactory().create(context, configuration());
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
  }

  @Override
  protected void put(Service service, Service before) {
    List<Instance> gone = gone(service, before, Instance::id);
    write(() -> Registrations.put(server().api(), named(service), named(before, gone)));
  }

  @Override
  protected void putAll(List<Service> services) {
    write(
        () ->
            Registrations.putAll(
                server().api(), services.stream().map(ConsulContract::named).toList()));
  }

  @Override
  protected void remove(Service service) {
    write(
        () ->
            named(service, service.instances())
                .forEach(one -> server().api().deregister(Registrations.NODE, one.id())));
  }

  /** Instance ids are unique on a node of Consul, those of the contract only in a service. */
  private static Service named(Service service) {
    return new Service(
        service.id(),
        service.variables(),
        service.metadata(),
        service.tags(),
        named(service, service.instances()));
  }

  private static List<Instance> named(Service service, List<Instance> instances) {
    return instances.stream()
        .map(
            one ->
                new Instance(
                    service.id().name() + "-" + one.id(),
                    one.address(),
                    one.port(),
                    one.weight(),
                    one.availability(),
                    one.locality(),
                    one.metadata()))
        .toList();
  }

  private void write(Runnable change) {
    if (down) {
      postponed.add(change);
    } else {
      change.run();
    }
  }

  @Override
  protected void makeUnreachable() {
    down = true;
    server().kill();
  }

  @Override
  protected void makeReachable() {
    server().start();
    down = false;
    postponed.forEach(Runnable::run);
    postponed.clear();
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    super.cleanUp(left);
    server().awaitReady();
  }

  @Override
  protected Set<Capability> lacking() {
    return EnumSet.of(
        Capability.FRACTIONAL_WEIGHTS,
        Capability.SERVICE_METADATA,
        Capability.DISABLED,
        Capability.EMPTY_SERVICES);
  }

  @Override
  protected boolean outlivesAdapters(Thread thread) {
    // Of the clients with which the test writes to Consul; the adapter has Vert.x.
    // The last are JUnit's, which runs some tests at the same time.
    return thread.getName().startsWith("HttpClient-")
        || thread.getName().startsWith("OkHttp ")
        || thread.getName().startsWith("Okio ")
        || thread.getName().startsWith("ForkJoinPool-1-worker-");
  }
}
