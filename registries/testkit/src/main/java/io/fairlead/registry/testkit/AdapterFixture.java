package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;

/**
 * The registry-specific part of {@link AdapterContract}, and the fixture that its tests share with
 * tests of the adapter's own: a sink, an adapter that is closed after the test, and a record of
 * what was written.
 *
 * <p>The abstract methods are called on the test's thread only. They may return before the adapter
 * can see what they wrote.
 */
public abstract class AdapterFixture {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingSink sink = new RecordingSink();
  private final Map<ServiceId, Service> written = new TreeMap<>();
  private final ThreadWatch threads = new ThreadWatch(this::outlivesAdapters);
  private boolean cutOff;
  private @Nullable RegistryAdapter running;

  // ---- What a subclass says -------------------------------------------------------------------

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
   * Makes the registry unreachable for the adapter. Writes that follow need not be possible at once
   * but must have happened when {@link #makeReachable()} returns.
   */
  protected abstract void makeUnreachable();

  /** Makes the registry reachable again, with what it held and with what was written meanwhile. */
  protected abstract void makeReachable();

  /**
   * Returns the capabilities that the registry lacks; tests that need one are reported as aborted.
   */
  protected abstract Set<Capability> lacking();

  /** Returns the longest time that a change, or a first read, may take to arrive. */
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

  /** Returns how long the registry takes until a write is in every read; none for most. */
  protected Duration settled() {
    return Duration.ZERO;
  }

  /** Returns the number of services in the test with many. */
  protected int manyServices() {
    return 500;
  }

  /**
   * Whether a thread outlives the adapter that started it by design, such as one of a pool shared
   * by the whole JVM.
   */
  protected boolean outlivesAdapters(Thread thread) {
    return false;
  }

  /**
   * Leaves the registry reachable and without what the test wrote. To be overridden where each test
   * has a registry of its own.
   *
   * @param left the services still there
   */
  protected void cleanUp(Collection<Service> left) {
    if (cutOff) {
      makeReachable();
    }
    left.forEach(this::remove);
  }

  // ---- For tests of the subclass's own --------------------------------------------------------

  /** Returns the configured name of the registry in this test, unique in the JVM. */
  protected final String registryName() {
    return name;
  }

  /** Returns the sink of this test. */
  protected final RecordingSink sink() {
    return sink;
  }

  /** Starts the adapter; it is closed after the test. */
  protected final RegistryAdapter start() {
    RegistryAdapter adapter = adapter(new AdapterContext(name, sink));
    running = adapter;
    adapter.start();
    return adapter;
  }

  /** Writes a service, which the adapter then has to read. */
  protected final Service write(Service service) {
    Service before = written.put(service.id(), service);
    put(service, before == null ? Contracts.with(service, List.of()) : before);
    return service;
  }

  /** Removes a service, which the adapter then has to remove. */
  protected final void erase(Service service) {
    Service last = written.remove(service.id());
    remove(last == null ? service : last);
  }

  /** Waits until the adapter has read exactly what was written. */
  protected final Map<ServiceId, Service> awaitWritten(Duration limit) {
    try {
      return sink.awaitState(
          "exactly what was written", limit, state -> differences(state).isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError(
          String.join("\n", differences(sink.state())) + "\n" + e.getMessage(), e);
    }
  }

  /** Returns a service with that many instances, named uniquely over all tests of the JVM. */
  protected final Service service(String word, int instances) {
    List<Instance> list = new ArrayList<>();
    for (int i = 1; i <= instances; i++) {
      list.add(Contracts.instance(word, i));
    }
    Map<String, String> metadata =
        lacking().contains(Capability.SERVICE_METADATA) ? Map.of() : Map.of("owner", word);
    return new Service(id(name + "-" + word), Map.of(), metadata, List.of(), list);
  }

  /** Writes many new services at once. */
  final void writeAll(List<Service> services) {
    services.forEach(service -> written.put(service.id(), service));
    putAll(services);
  }

  /** Returns the differences between a state and what was written, in words. */
  final List<String> differences(Map<ServiceId, Service> read) {
    return new Comparison(lacking()).differences(written.values(), read);
  }

  /** Returns the watch over the threads started in this test. */
  final ThreadWatch threads() {
    return threads;
  }

  final void needs(Capability capability) {
    Assumptions.assumeFalse(
        lacking().contains(capability),
        () -> getClass().getSimpleName() + " declares to lack " + capability);
  }

  final void stopReaching() {
    cutOff = true;
    makeUnreachable();
  }

  final void reachAgain() {
    makeReachable();
    cutOff = false;
  }

  @AfterEach
  final void closeAndCheck() {
    try {
      if (running != null) {
        running.close();
      }
      sink.assertNoViolations();
    } finally {
      cleanUp(List.copyOf(written.values()));
    }
  }
}
