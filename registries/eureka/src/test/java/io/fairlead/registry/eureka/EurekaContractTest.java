package io.fairlead.registry.eureka;

import io.fairlead.harness.EurekaApi;
import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import io.fairlead.registry.testkit.FaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract with a real server, over a link that is cut for outages. */
@NeedsServer(EurekaServer.NAME)
@ExtendWith(SharedEureka.class)
final class EurekaContractTest extends AdapterContract {
  private static final String REGION = "region";

  private final FaultProxy link = FaultProxy.to(SharedEureka.get().port());

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    EurekaConfiguration configuration =
        Configurations.at(URI.create("http://127.0.0.1:" + link.port() + "/eureka"))
            .with("region", REGION)
            .with("pollInterval", Duration.ofMillis(100))
            .with("settle", Duration.ofSeconds(2))
            .build();
    return new EurekaRegistryFactory().create(context, configuration);
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
  }

  @Override
  protected void put(Service service, Service before) {
    String app = service.id().name();
    Map<String, Instance> known =
        before.instances().stream().collect(Collectors.toMap(Instance::id, one -> one));
    for (Instance instance : service.instances()) {
      Instance last = known.get(instance.id());
      if (last != null && last.availability() == Availability.DISABLED) {
        api().endOverride(app, instance.id(), "UP");
      }
      api().register(registered(app, instance));
      if (instance.availability() == Availability.DISABLED) {
        api().override(app, instance.id(), "OUT_OF_SERVICE");
      }
    }
    gone(service, before, Instance::id).forEach(one -> api().deregister(app, one.id()));
  }

  @Override
  protected void putAll(List<Service> services) {
    api()
        .registerAll(
            services.stream()
                .flatMap(
                    service ->
                        service.instances().stream()
                            .map(one -> registered(service.id().name(), one)))
                .toList());
  }

  @Override
  protected void remove(Service service) {
    service.instances().forEach(one -> api().deregister(service.id().name(), one.id()));
  }

  private static EurekaApi api() {
    return SharedEureka.get().api();
  }

  private static EurekaInstance registered(String app, Instance instance) {
    Map<String, String> metadata = new HashMap<>(instance.metadata());
    if (instance.weight() != 1) {
      metadata.put("weight", Double.toString(instance.weight()));
    }
    return EurekaInstance.of(app, instance.id(), instance.address(), instance.port())
        .withStatus(instance.availability() == Availability.UNHEALTHY ? "DOWN" : "UP")
        .inAmazon(instance.locality().zone())
        .withMetadata(metadata);
  }

  @Override
  protected void makeUnreachable() {
    link.cut();
  }

  @Override
  protected void makeReachable() {
    link.restore();
  }

  /** Eureka writes names of apps in upper case, and the adapter reads them in lower case. */
  @Override
  protected List<String> oddNames() {
    return List.of("order.items", "order_items");
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected int manyServices() {
    return 200;
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    super.cleanUp(left);
    link.close();
    api().awaitEmpty();
  }

  @Override
  protected Set<Capability> lacking() {
    return EnumSet.of(
        Capability.SERVICE_METADATA,
        Capability.MAINTENANCE,
        Capability.EMPTY_SERVICES,
        // Eureka writes names of apps in upper case.
        Capability.CASE_SENSITIVE_NAMES,
        // The server is shared by all tests of the JVM, and lets everybody in.
        Capability.RESTART,
        // Outages only, so far: other faults of its link have not been run.
        Capability.NETWORK,
        Capability.LOGIN);
  }

  @Override
  protected boolean outlivesAdapters(Thread thread) {
    String name = thread.getName();
    return name.startsWith("HttpClient-") || name.endsWith("-output");
  }
}
