package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The fixture that the tests of {@link AdapterContract} share with tests of the adapter's own: a
 * sink, an adapter that is closed after the test, and a record of what was written. A subclass says
 * how its registry is used.
 */
public abstract class AdapterFixture extends RegistryFixture {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingSink sink = new RecordingSink();
  private final Map<ServiceId, Service> written = new TreeMap<>();
  private boolean cutOff;
  private Duration staleness = Duration.ZERO;

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

  @Override
  protected final void cleanUp() {
    cleanUp(written());
  }

  // ---- For tests of the subclass's own --------------------------------------------------------

  /** Returns the configured name of the registry in this test, unique in the JVM. */
  protected final String registryName() {
    return name;
  }

  /** Returns the services that the registry holds because of this test. */
  protected final List<Service> written() {
    return List.copyOf(written.values());
  }

  @Override
  protected final RecordingSink sink() {
    return sink;
  }

  /** Starts the adapter; it is closed after the test. */
  protected final RegistryAdapter start() {
    return start(adapter(new AdapterContext(name, sink)), secrets());
  }

  /** Starts an adapter with the sink of this test; it is closed after the test. */
  final RegistryAdapter start(RegistryAdapter adapter, Set<String> secrets) {
    watch(adapter, secrets);
    environment("FAIRLEAD_LINK_PERIOD")
        .ifPresent(
            seconds ->
                links().forEach(link -> link.resetEvery(Duration.ofSeconds(seconds.longValue()))));
    adapter.start();
    return adapter;
  }

  /** Starts the adapter and waits for the first read. */
  final RegistryAdapter startAndSync() {
    RegistryAdapter adapter = start();
    awaitWritten(limit());
    return adapter;
  }

  /** Returns the value of a variable that is a number. */
  static Optional<Long> environment(String variable) {
    return Optional.ofNullable(System.getenv(variable))
        .filter(value -> !value.isBlank())
        .map(value -> Long.valueOf(value.strip()));
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
    long begin = System.nanoTime();
    try {
      Map<ServiceId, Service> state =
          sink.awaitState("exactly what was written", limit, read -> differences(read).isEmpty());
      noteStaleness(Duration.ofNanos(System.nanoTime() - begin));
      return state;
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

  /** Notes how long a test waited until the adapter had what was written. */
  final void noteStaleness(Duration waited) {
    if (waited.compareTo(staleness) > 0) {
      staleness = waited;
    }
  }

  /** Returns the longest wait of this test. */
  final Duration staleness() {
    return staleness;
  }

  final void stopReaching() {
    cutOff = true;
    makeUnreachable();
  }

  final void reachAgain() {
    makeReachable();
    cutOff = false;
  }
}
