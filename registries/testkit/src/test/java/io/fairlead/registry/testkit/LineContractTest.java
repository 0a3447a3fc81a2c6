package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The contract holds for an adapter that does everything right. */
class LineContractTest extends AdapterContract {
  private final LineRegistry registry = new LineRegistry(secret());
  private final FaultProxy link = FaultProxy.to(registry.port());

  Defect defect() {
    return Defect.NONE;
  }

  private String secret() {
    return "secret-of-" + registryName() + ".";
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return adapter(context, secret());
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    return new LineAdapter(context, link.port(), secret, defect());
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
    link.cut();
  }

  @Override
  protected void makeReachable() {
    link.restore();
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of();
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected void restart() {
    try {
      registry.restart();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(secret());
  }

  @Override
  protected void repeatEvent(Service service) {
    registry.repeat(service.id());
  }

  @Override
  protected void disorderEvents() {
    registry.disorder(true);
  }

  @Override
  protected void orderEvents() {
    registry.disorder(false);
  }

  @Override
  protected void loseEvent(Runnable change) {
    registry.loseNext();
    change.run();
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // The registry's own threads, and those of contracts that run at the same time.
    return !thread.getName().endsWith("-" + registryName());
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    link.close();
    registry.close();
  }

  @Override
  protected int manyServices() {
    return 10_000;
  }

  @Override
  protected Duration outageLength() {
    return Duration.ofMillis(400);
  }

  @Override
  protected Duration longOutage() {
    return Duration.ofMillis(1_800);
  }

  @Override
  protected Duration linkPeriod() {
    return Duration.ofMillis(100);
  }
}
