package io.fairlead.registry.scripted;

import io.fairlead.harness.ScriptedRegistry;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/** While nothing is broken on purpose, the scripted registry's adapter is one like any other. */
final class ScriptedContractTest extends AdapterContract {
  private final ScriptedRegistry registry = ScriptedRegistry.start();

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new ScriptedRegistryFactory()
        .create(
            context,
            new ScriptedConfiguration(
                registry.address(), Duration.ofSeconds(2), Duration.ofMillis(500)));
  }

  @Override
  protected ServiceId id(String service) {
    return new ServiceId("space", "group", service);
  }

  @Override
  protected void put(Service service, Service before) {
    registry.put(service);
  }

  @Override
  protected void remove(Service service) {
    registry.remove(service.id());
  }

  @Override
  protected void makeUnreachable() {
    registry.makeUnreachable();
  }

  @Override
  protected void makeReachable() {
    registry.makeReachable();
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // The registry's own.
    return thread.getName().startsWith("scripted-registry-");
  }

  @Override
  protected Set<Capability> lacking() {
    // It shows faults of its connections by itself, and knows no secret.
    return Set.of(Capability.NETWORK, Capability.RESTART, Capability.LOGIN);
  }

  @Override
  protected Duration outageLength() {
    return Duration.ofMillis(300);
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    registry.close();
  }
}
