package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The part of a fixture that depends on the registry: how an adapter is created, how the registry
 * is written to and disturbed, and how long it may take.
 *
 * <p>The methods may return before the adapter can see what they wrote.
 */
abstract class RegistryFixture extends ContractFixture {
  /** Creates an adapter for the registry, not started. */
  protected abstract RegistryAdapter adapter(AdapterContext context);

  /** Returns the adapter's identity of the service that is written under this name. */
  protected abstract ServiceId id(String service);

  /**
   * Writes a service: it then has these instances, no others, and, where the registry can hold it,
   * this metadata. {@link #gone} tells which instances to remove. Ids of instances are the test's
   * own; they survive changes and need not be those that the adapter reads.
   *
   * @param service the service as it is to be
   * @param before the service as it was put last; without instances if it was not there
   */
  protected abstract void put(Service service, Service before);

  /**
   * Returns the instances of {@code before} that {@code service} no longer has.
   *
   * @param identity the identity of instances in the registry: {@code Instance::id}, or their
   *     address and port
   */
  protected static List<Instance> gone(
      Service service, Service before, Function<Instance, ?> identity) {
    Set<Object> left = new HashSet<>();
    service.instances().forEach(instance -> left.add(identity.apply(instance)));
    return before.instances().stream()
        .filter(instance -> !left.contains(identity.apply(instance)))
        .toList();
  }

  /**
   * Writes many services. To be overridden where the registry takes them in fewer steps.
   *
   * @param services new services
   */
  protected void putAll(List<Service> services) {
    services.forEach(service -> put(service, Contracts.with(service, List.of())));
  }

  /**
   * Removes a service with all its instances.
   *
   * @param service what was put last
   */
  protected abstract void remove(Service service);

  /**
   * Returns the capabilities that the registry lacks; tests that need one are reported as not
   * applicable. What is not in it must be implemented below.
   */
  @Override
  protected abstract Set<Capability> lacking();

  /**
   * Creates an adapter as {@link #adapter(AdapterContext)} does, with another secret. For {@link
   * Capability#LOGIN}.
   *
   * @param secret what the registry refuses
   */
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    throw new UnsupportedOperationException(
        "adapter(context, secret): not implemented (expected: an override, or LOGIN in lacking())");
  }

  /**
   * Makes a change of which no event reaches the adapter. By default the connections of now become
   * half-open, the change is made, and these connections break; to be overridden where the registry
   * can lose an event in another way, or has no network.
   *
   * @param change writes to the registry
   */
  protected void loseEvent(Runnable change) {
    needs(Capability.NETWORK);
    links().forEach(FaultProxy::strand);
    change.run();
    links().forEach(FaultProxy::reset);
  }

  /**
   * Makes the registry tell again what it told last of a service. By default the service is written
   * again as it is.
   *
   * @param service what was put last
   */
  protected void repeatEvent(Service service) {
    put(service, Contracts.with(service, List.of()));
  }

  /**
   * Makes events and answers overtake each other from now on. By default each connection has a
   * delay of its own; to be overridden where the registry can show it in another way.
   */
  protected void disorderEvents() {
    needs(Capability.NETWORK);
    links().forEach(link -> link.delay(Duration.ZERO, Duration.ofMillis(300)));
  }

  /** Ends {@link #disorderEvents()}. */
  protected void orderEvents() {
    links().forEach(FaultProxy::heal);
  }

  /**
   * Returns names of services that the registry can hold and that an adapter could be tempted to
   * change.
   */
  protected List<String> oddNames() {
    return List.of("Orders", "order.items", "order_items");
  }

  @Override
  protected Duration limit() {
    return Duration.ofSeconds(20);
  }

  /** Returns the longest time until an outage is reported, and until its end is noticed. */
  protected Duration outageLimit() {
    return Duration.ofSeconds(60);
  }

  /** Returns how long an outage lasts after it was reported, so that wrong removals would show. */
  protected Duration outageLength() {
    return Duration.ofSeconds(2);
  }

  /** Returns how long the long outage lasts, through which an adapter must go on trying. */
  protected Duration longOutage() {
    return Duration.ofSeconds(5);
  }

  @Override
  protected Duration closeLimit() {
    return Duration.ofSeconds(20);
  }

  /** Returns the most connections that an adapter may try to open in a second of an outage. */
  protected int maxAttemptsPerSecond() {
    return 50;
  }

  /**
   * Returns how often the connections of a flaky link are reset; the environment variable {@code
   * FAIRLEAD_LINK_PERIOD} has other seconds, and then all tests run over such a link.
   */
  protected Duration linkPeriod() {
    return Duration.ofSeconds(1);
  }

  /** Returns how long the registry takes until a write is in every read; none for most. */
  protected Duration settled() {
    return Duration.ZERO;
  }

  /**
   * Returns the number of services in the test with many; the environment variable {@code
   * FAIRLEAD_MANY_SERVICES} has another one.
   */
  protected int manyServices() {
    return 500;
  }
}
