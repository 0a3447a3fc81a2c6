package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Set;

/** The contract holds for an adapter that does everything right. */
class MemoryContractTest extends AdapterContract {
  private final MemoryRegistry registry = new MemoryRegistry();

  MemoryAdapter.Fault fault() {
    return MemoryAdapter.Fault.NONE;
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return new MemoryAdapter(context, registry, fault());
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
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
    registry.cutOff(true);
  }

  @Override
  protected void makeReachable() {
    registry.cutOff(false);
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of();
  }

  @Override
  protected Duration limit() {
    return fault() == MemoryAdapter.Fault.NONE ? super.limit() : Duration.ofMillis(500);
  }

  @Override
  protected Duration outageLimit() {
    return limit();
  }

  @Override
  protected Duration outageLength() {
    return Duration.ofMillis(100);
  }
}
