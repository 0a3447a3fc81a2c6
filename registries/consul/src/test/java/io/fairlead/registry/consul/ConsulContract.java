package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import io.fairlead.registry.testkit.FaultProxy;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The contract of adapters with a real Consul behind a link of each test's own. */
abstract class ConsulContract extends AdapterContract {
  private @Nullable FaultProxy link;

  abstract ConsulServer server();

  /** Returns the port of the server that the adapter is led to. */
  abstract int target();

  /** Returns the configuration of an adapter that comes by this port. */
  abstract Configurations configuration(int port);

  @Override
  protected List<FaultProxy> links() {
    FaultProxy opened = link;
    if (opened == null) {
      opened = FaultProxy.to(target());
      link = opened;
    }
    return List.of(opened);
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new ConsulRegistryFactory()
        .create(context, configuration(links().get(0).port()).build());
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
  }

  @Override
  protected void put(Service service, Service before) {
    List<Instance> gone = gone(service, before, Instance::id);
    Registrations.put(server().api(), named(service), named(before, gone));
  }

  @Override
  protected void putAll(List<Service> services) {
    Registrations.putAll(server().api(), services.stream().map(ConsulContract::named).toList());
  }

  @Override
  protected void remove(Service service) {
    named(service, service.instances())
        .forEach(one -> server().api().deregister(Registrations.NODE, one.id()));
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

  @Override
  protected void makeUnreachable() {
    links().forEach(FaultProxy::cut);
  }

  @Override
  protected void makeReachable() {
    links().forEach(FaultProxy::restore);
  }

  @Override
  protected void restart() {
    server().kill();
    server().start();
    server().awaitReady();
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    links().forEach(FaultProxy::close);
    left.forEach(this::remove);
  }

  /** The adapter's ids are in lower case, as Consul compares names without case. */
  @Override
  protected List<String> oddNames() {
    return List.of("order.items", "order_items");
  }

  @Override
  protected Set<Capability> lacking() {
    return EnumSet.of(
        Capability.FRACTIONAL_WEIGHTS,
        Capability.SERVICE_METADATA,
        Capability.DISABLED,
        Capability.EMPTY_SERVICES,
        // Names are compared without case, and the newest registration decides the spelling.
        Capability.CASE_SENSITIVE_NAMES,
        Capability.LOGIN);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // Of the clients with which the test writes to Consul; the adapter has Vert.x.
    // The last are JUnit's, which runs some tests at the same time.
    return thread.getName().startsWith("HttpClient-")
        || thread.getName().startsWith("OkHttp ")
        || thread.getName().startsWith("Okio ")
        || thread.getName().startsWith("ForkJoinPool-1-worker-");
  }
}
