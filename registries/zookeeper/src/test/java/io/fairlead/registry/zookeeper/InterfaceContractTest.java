package io.fairlead.registry.zookeeper;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.Capability;
import java.util.Set;

/** The contract with providers that register by interface, as Dubbo 2 does. */
@NeedsServer(ZooKeeperServer.NAME)
class InterfaceContractTest extends ZooKeeperContract {
  @Override
  protected ServiceId id(String service) {
    return new ServiceId("dubbo", "", service);
  }

  @Override
  String root() {
    return "/dubbo";
  }

  @Override
  String node(Service service, Instance instance) {
    return chroot()
        + root()
        + "/"
        + service.id().name()
        + "/providers/"
        + ProviderUrls.encoded(
            "dubbo://"
                + instance.address()
                + ":"
                + instance.port()
                + "/"
                + service.id().name()
                + "?application=orders-app&weight="
                + instance.weight()
                + (instance.availability() == Availability.DISABLED ? "&disabled=true" : "")
                + "&timestamp=1795712596576&side=provider");
  }

  @Override
  String content(Service service, Instance instance) {
    return "127.0.0.1";
  }

  @Override
  protected Set<Capability> lacking() {
    // Of an instance's metadata the version is a part of the service's name.
    return Set.of(
        Capability.SERVICE_METADATA,
        Capability.INSTANCE_METADATA,
        Capability.LOCALITY,
        Capability.UNHEALTHY,
        Capability.MAINTENANCE,
        Capability.EMPTY_SERVICES);
  }
}
