package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The fixture that the tests of {@link AdapterContract} share with tests of the adapter's own: a
 * sink, an adapter that is closed after the test, and a record of what was written. A subclass says
 * how its registry is used.
 */
@ExtendWith(ContractRun.class)
public abstract class AdapterFixture extends RegistryFixture {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingSink sink = new RecordingSink();
  private final Map<ServiceId, Service> written = new TreeMap<>();
  private final ThreadWatch threads = new ThreadWatch(this::outlivesAdapters);
  private final Set<RegistryAdapter> closed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> watched = new HashSet<>();
  private boolean cutOff;
  private boolean left;
  private @Nullable RegistryAdapter running;
  private ContractRun.Record record = new ContractRun.Record("");
  private String test = "";
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

  // ---- For tests of the subclass's own --------------------------------------------------------

  /** Returns the configured name of the registry in this test, unique in the JVM. */
  protected final String registryName() {
    return name;
  }

  /** Returns the services that the registry holds because of this test. */
  protected final List<Service> written() {
    return List.copyOf(written.values());
  }

  /** Returns the sink of this test. */
  protected final RecordingSink sink() {
    return sink;
  }

  /** Starts the adapter; it is closed after the test. */
  protected final RegistryAdapter start() {
    return start(adapter(new AdapterContext(name, sink)));
  }

  /** Starts an adapter with the sink of this test; it is closed after the test. */
  final RegistryAdapter start(RegistryAdapter adapter) {
    watchLog(adapter, secrets());
    environment("FAIRLEAD_LINK_PERIOD")
        .ifPresent(
            seconds ->
                links().forEach(link -> link.resetEvery(Duration.ofSeconds(seconds.longValue()))));
    running = adapter;
    adapter.start();
    return adapter;
  }

  /** Searches the log for these secrets until the last test of the class. */
  final void watchLog(RegistryAdapter adapter, Set<String> secrets) {
    watched.addAll(secrets);
    record.log().add(secrets, adapter.getClass().getPackageName());
  }

  /** Starts the adapter and waits for the first read. */
  final RegistryAdapter startAndSync() {
    RegistryAdapter adapter = start();
    awaitWritten(limit());
    return adapter;
  }

  /** Closes an adapter within the limit; it is not closed again after the test. */
  final void close(RegistryAdapter adapter) {
    closed.add(adapter);
    boolean before = left;
    // One that does not return may call the sink: it is judged by that alone.
    left = true;
    Assertions.assertTimeoutPreemptively(closeLimit(), adapter::close, "close() does not return");
    left = before;
  }

  /** Leaves it to the test to close an adapter, and to expect no more calls of it then. */
  final void leave(RegistryAdapter adapter) {
    closed.add(adapter);
    left = true;
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

  /** Returns the watch over the threads started in this test. */
  final ThreadWatch threads() {
    return threads;
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

  @Override
  final void needs(Capability capability) {
    if (lacking().contains(capability)) {
      throw new NotApplicableException(getClass().getSimpleName(), capability);
    }
    if (capability == Capability.NETWORK && links().isEmpty()) {
      throw new IllegalStateException(
          "links(): none (expected: the proxies between adapter and registry, or NETWORK in"
              + " lacking())");
    }
  }

  final boolean has(Capability capability) {
    return !lacking().contains(capability);
  }

  final void stopReaching() {
    cutOff = true;
    makeUnreachable();
  }

  final void reachAgain() {
    makeReachable();
    cutOff = false;
  }

  /** Returns what was broken in any test of this run. */
  final ContractRun.Record record() {
    return record;
  }

  /** Takes where to note what is broken, and under which name. */
  final void recordIn(ContractRun.Record run, String testName) {
    record = run;
    test = testName;
  }

  @AfterEach
  final void closeAndCheck() {
    try {
      if (running != null && !closed.contains(running)) {
        close(running);
      }
      if (!left) {
        sink.expectNoMoreCalls();
      }
      searchForSecrets();
      record.add(test, sink);
      sink.forget();
    } finally {
      links().forEach(FaultProxy::heal);
      cleanUp(List.copyOf(written.values()));
    }
  }

  private void searchForSecrets() {
    for (String secret : watched) {
      for (String text : sink.texts()) {
        if (text.contains(secret)) {
          record.add(test, Rule.NO_SECRET, "told to the sink: " + text.replace(secret, "***"));
        }
      }
    }
  }
}
