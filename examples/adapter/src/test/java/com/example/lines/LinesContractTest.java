package com.example.lines;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import io.fairlead.registry.testkit.FaultProxy;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The test kit with a web server. */
class LinesContractTest extends AdapterContract {
  private final LinesServer server = new LinesServer();
  private final FaultProxy link = FaultProxy.to(server.url().getPort());

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new LinesFactory()
        .create(
            context,
            new LinesConfiguration(
                URI.create("http://" + link.address() + "/list"),
                Duration.ofMillis(100),
                Duration.ofSeconds(2)));
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
  }

  @Override
  protected void put(Service service, Service before) {
    server.put(service);
  }

  @Override
  protected void remove(Service service) {
    server.remove(service.id());
  }

  @Override
  protected void makeUnreachable() {
    link.cut();
  }

  @Override
  protected void makeReachable() {
    link.restore();
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected void restart() {
    server.stop();
    server.startAgain();
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of(
        Capability.WEIGHTS,
        Capability.FRACTIONAL_WEIGHTS,
        Capability.SERVICE_METADATA,
        Capability.LOCALITY,
        Capability.DISABLED,
        Capability.MAINTENANCE,
        Capability.EMPTY_SERVICES,
        Capability.LOGIN);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // The server's own.
    return thread.getName().startsWith("HTTP-Dispatcher") || thread.getName().startsWith("idle-");
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    link.close();
    server.close();
  }
}
