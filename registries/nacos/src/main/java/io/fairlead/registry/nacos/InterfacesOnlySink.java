package io.fairlead.registry.nacos;

import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that leaves out the instances that Dubbo 3 registers by application, as the same providers
 * are served by interface, and services that have no others. Instances of the same name that
 * something else registered, such as Spring Cloud, stay. Confined to the adapter's thread.
 */
final class InterfacesOnlySink extends ForwardingSink {
  private static final Logger LOG = LoggerFactory.getLogger(InterfacesOnlySink.class);

  /** The metadata key that each registration by application has, and no other one. */
  private static final String MARK = "dubbo.metadata.revision";

  private final String registry;
  private final Set<ServiceId> leftOut = new HashSet<>();
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

  /** Returns what is served of a service; empty if it is left out. */
  private Optional<Service> shown(Service service) {
    List<Instance> others =
        service.instances().stream().filter(it -> !it.metadata().containsKey(MARK)).toList();
    // One that was left out stays so while it has no instance at all.
    boolean out =
        others.isEmpty() && (!service.instances().isEmpty() || leftOut.contains(service.id()));
    if (out) {
      leftOut.add(service.id());
      return Optional.empty();
    }
    leftOut.remove(service.id());
    return Optional.of(
        others.size() == service.instances().size()
            ? service
            : new Service(
                service.id(),
                service.variables(),
                service.metadata(),
                service.tags(),
                others,
                service.creationIndex()));
  }

  private void tell() {
    if (!told && !leftOut.isEmpty()) {
      told = true;
      LOG.info(
          "registry {}: {} services that Dubbo registered by application are left out, {} among"
              + " them, as their interfaces are served (to serve applications: dubbo: application,"
              + " or both)",
          registry,
          leftOut.size(),
          leftOut.iterator().next());
    }
  }
}
