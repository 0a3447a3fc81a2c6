package io.fairlead.registry.nacos;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that leaves out the instances that Dubbo 3 registers by application, as what is registered
 * by interface is served, and services that have no others. Instances of the same name that
 * something else registered, such as Spring Cloud, stay. Confined to the adapter's thread, but for
 * {@link #served} and {@link #leftOut}.
 */
final class InterfacesOnlySink extends ForwardingSink {
  private static final Logger LOG = LoggerFactory.getLogger(InterfacesOnlySink.class);

  /** The metadata key that each registration by application has, and no other one. */
  private static final String MARK = "dubbo.metadata.revision";

  private final String registry;
  private final Set<ServiceId> leftOut = ConcurrentHashMap.newKeySet();
  private boolean told;

  InterfacesOnlySink(String registry, RegistrySink sink) {
    super(sink);
    this.registry = registry;
  }

  @Override
  public void resync(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Fresh fresh) {
      leftOut.clear();
      List<Service> services = new ArrayList<>(fresh.services().size());
      fresh.services().forEach(service -> shown(service).ifPresent(services::add));
      super.resync(new ReadOutcome.Fresh(services));
      tell();
    } else {
      super.resync(outcome);
    }
  }

  @Override
  public void changed(Service service) {
    boolean before = leftOut.contains(service.id());
    Optional<Service> shown = shown(service);
    if (shown.isPresent()) {
      super.changed(shown.get());
    } else if (before) {
      alive();
    } else {
      super.removed(service.id());
      tell();
    }
  }

  @Override
  public void removed(ServiceId id) {
    leftOut.remove(id);
    super.removed(id);
  }

  /** Returns the services that are left out. For any thread. */
  Set<ServiceId> leftOut() {
    return leftOut;
  }

  /** Returns what the sink behind this one was told of a service. For any thread. */
  Optional<Service> served(Service service) {
    return leftOut.contains(service.id())
        ? Optional.empty()
        : Optional.of(with(service, others(service)));
  }

  private static List<Instance> others(Service service) {
    return service.instances().stream().filter(it -> !it.metadata().containsKey(MARK)).toList();
  }

  private static Service with(Service service, List<Instance> instances) {
    return instances.size() == service.instances().size()
        ? service
        : new Service(
            service.id(),
            service.variables(),
            service.metadata(),
            service.tags(),
            instances,
            service.creationIndex());
  }

  /** Returns what is served of a service; empty if it is left out. */
  private Optional<Service> shown(Service service) {
    List<Instance> others = others(service);
    // One that was left out stays so while it has no instance at all.
    boolean out =
        others.isEmpty() && (!service.instances().isEmpty() || leftOut.contains(service.id()));
    if (out) {
      leftOut.add(service.id());
      return Optional.empty();
    }
    leftOut.remove(service.id());
    return Optional.of(with(service, others));
  }

  private void tell() {
    if (!told && !leftOut.isEmpty()) {
      told = true;
      LOG.info(
          "registry {}: {} services that Dubbo registered by application are left out, {} among"
              + " them, as what is registered by interface is served (to serve applications: dubbo:"
              + " application, or both)",
          registry,
          leftOut.size(),
          ForeignText.clean(leftOut.iterator().next().toString()));
    }
  }
}
