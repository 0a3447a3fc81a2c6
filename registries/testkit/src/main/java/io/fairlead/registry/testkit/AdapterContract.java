package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Availability;
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
import org.junit.jupiter.api.Test;

/**
 * What every adapter must do, tested with its real registry. A subclass says how the registry is
 * written to, how it is cut off and how an adapter is made; the tests are inherited.
 *
 * <p>Each test begins with a registry that holds none of the adapter's services and can be reached.
 * JUnit makes a new object of the subclass for each test, so a field with a fresh namespace or
 * folder is enough where one server serves all tests.
 *
 * <p>The methods to be implemented are called on the test's thread only. They may return before the
 * adapter could see what they wrote.
 */
public abstract class AdapterContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingSink sink = new RecordingSink();
  private final Map<ServiceId, Service> written = new TreeMap<>();
  private final ThreadWatch threads = new ThreadWatch(this::outlivesAdapters);
  private boolean cutOff;
  private @Nullable RegistryAdapter running;

  // ---- What a subclass says -------------------------------------------------------------------

  /** Makes an adapter for the registry, not started. */
  protected abstract RegistryAdapter adapter(AdapterContext context);

  /** How the adapter identifies the service that is written under this name. */
  protected abstract ServiceId id(String service);

  /**
   * Writes a service: it then has these instances, no others, and, where the registry can hold it,
   * this metadata. {@link #gone} tells which instances to take out. Ids of instances are the test's
   * own; they stay over changes and need not be what the adapter reads.
   *
   * @param service the service as it is to be
   * @param before the service as it was put last; without instances if it was not there
   */
  protected abstract void put(Service service, Service before);

  /**
   * The instances of {@code before} that {@code service} has no more.
   *
   * @param identity what tells instances apart in the registry: {@code Instance::id}, or their
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

  /** What the registry cannot hold; the tests that need it are reported as aborted. */
  protected abstract Set<Capability> lacking();

  /** The longest time that a change may take to arrive, and a first read. */
  protected Duration limit() {
    return Duration.ofSeconds(20);
  }

  /** The longest time that an outage may take to be reported, and its end to be noticed. */
  protected Duration outageLimit() {
    return Duration.ofSeconds(60);
  }

  /** How long an outage lasts after it was reported, so that wrong removals would be seen. */
  protected Duration outageLength() {
    return Duration.ofSeconds(2);
  }

  /** How long the registry takes until what was written is in every read; none for most. */
  protected Duration settled() {
    return Duration.ZERO;
  }

  /** Number of services in the test with many. */
  protected int manyServices() {
    return 500;
  }

  /**
   * Whether a thread is meant to outlive the adapter that started it, such as one of a pool shared
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

  /** The configured name of the registry in this test, unique in the JVM. */
  protected final String registryName() {
    return name;
  }

  /** The sink of this test. */
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

  /** Writes a service and remembers it as what the adapter is to read. */
  protected final Service write(Service service) {
    Service before = written.put(service.id(), service);
    put(service, before == null ? Contracts.with(service, List.of()) : before);
    return service;
  }

  /** Removes a service and remembers that the adapter is to read none. */
  protected final void erase(Service service) {
    Service last = written.remove(service.id());
    remove(last == null ? service : last);
  }

  /** Waits until the adapter has read exactly what was written. */
  protected final Map<ServiceId, Service> awaitWritten(Duration limit) {
    Comparison comparison = new Comparison(lacking());
    try {
      return sink.awaitState(
          "exactly what was written",
          limit,
          state -> comparison.differences(written.values(), state).isEmpty());
    } catch (AssertionError e) {
      List<String> differences = comparison.differences(written.values(), sink.state());
      throw new AssertionError(String.join("\n", differences) + "\n" + e.getMessage(), e);
    }
  }

  /** A service of that many instances, named uniquely over all tests of the JVM. */
  protected final Service service(String word, int instances) {
    List<Instance> list = new ArrayList<>();
    for (int i = 1; i <= instances; i++) {
      list.add(Contracts.instance(word, i));
    }
    Map<String, String> metadata =
        lacking().contains(Capability.SERVICE_METADATA) ? Map.of() : Map.of("owner", word);
    return new Service(id(name + "-" + word), Map.of(), metadata, List.of(), list);
  }

  private void needs(Capability capability) {
    Assumptions.assumeFalse(
        lacking().contains(capability),
        () -> getClass().getSimpleName() + " declares to lack " + capability);
  }

  private void stopReaching() {
    cutOff = true;
    makeUnreachable();
  }

  private void reachAgain() {
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

  // ---- First read -----------------------------------------------------------------------------

  @Test
  final void start_firstCallIsAResyncWithEverything() {
    write(service("orders", 2));
    write(service("reviews", 1));
    Contracts.pause(settled());
    start();
    SinkEvent first = sink.awaitEvent(0, "any call", limit(), event -> true);
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(
            new Comparison(lacking())
                .differences(
                    written.values(), Contracts.byId(((SinkEvent.Resynced) first).outcome())))
        .isEmpty();
  }

  @Test
  final void start_emptyRegistryGivesAFreshEmptyRead() {
    start();
    SinkEvent first = sink.awaitEvent(0, "any call", limit(), event -> true);
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(((SinkEvent.Resynced) first).outcome().services()).isEmpty();
    write(service("orders", 1));
    awaitWritten(limit());
  }

  @Test
  final void start_whileUnreachable_worksOnceTheRegistryIsThere() {
    write(service("orders", 2));
    stopReaching();
    start();
    sink.awaitEvent(0, "a failure", outageLimit(), SinkEvent::isFailure);
    assertThat(sink.resyncs()).isZero();
    reachAgain();
    awaitWritten(outageLimit());
    write(service("reviews", 1));
    awaitWritten(limit());
  }

  @Test
  final void start_manyServices_allArriveAndEachIsWatched() {
    List<Service> many = new ArrayList<>();
    for (int i = 0; i < manyServices(); i++) {
      many.add(service("many-" + i, 2));
    }
    many.forEach(service -> written.put(service.id(), service));
    putAll(many);
    start();
    awaitWritten(limit().multipliedBy(3));
    Service last = many.get(many.size() - 1);
    write(Contracts.with(last, List.of(last.instances().get(0))));
    write(Contracts.with(many.get(0), List.of(many.get(0).instances().get(1))));
    erase(many.get(many.size() / 2));
    awaitWritten(limit());
  }

  // ---- Changes --------------------------------------------------------------------------------

  @Test
  final void change_newServiceArrives() {
    write(service("orders", 1));
    startAndSync();
    write(service("reviews", 2));
    awaitWritten(limit());
  }

  @Test
  final void change_addedInstanceArrives() {
    Service orders = write(service("orders", 1));
    startAndSync();
    write(Contracts.with(orders, service("orders", 3).instances()));
    awaitWritten(limit());
  }

  @Test
  final void change_removedInstanceGoes() {
    Service orders = write(service("orders", 3));
    startAndSync();
    write(Contracts.with(orders, List.of(orders.instances().get(2))));
    awaitWritten(limit());
  }

  @Test
  final void change_lastInstanceGoes() {
    Service orders = write(service("orders", 1));
    Service reviews = write(service("reviews", 1));
    startAndSync();
    write(Contracts.with(orders, List.of()));
    awaitWritten(limit());
    assertThat(sink.state()).containsKey(reviews.id());
    write(orders);
    awaitWritten(limit());
  }

  @Test
  final void change_removedServiceGoes() {
    Service orders = write(service("orders", 2));
    write(service("reviews", 1));
    startAndSync();
    erase(orders);
    sink.awaitState(
        orders.id() + " gone or without instances",
        limit(),
        state -> !state.containsKey(orders.id()) || state.get(orders.id()).instances().isEmpty());
    write(orders);
    awaitWritten(limit());
  }

  @Test
  final void change_addressArrives() {
    changeOne(Contracts.Part.ADDRESS);
  }

  @Test
  final void change_portArrives() {
    changeOne(Contracts.Part.PORT);
  }

  @Test
  final void change_weightArrives() {
    needs(Capability.WEIGHTS);
    changeOne(Contracts.Part.WEIGHT);
  }

  @Test
  final void change_fractionalWeightArrives() {
    needs(Capability.FRACTIONAL_WEIGHTS);
    changeOne(Contracts.Part.HALF_WEIGHT);
  }

  @Test
  final void change_instanceMetadataArrives() {
    needs(Capability.INSTANCE_METADATA);
    changeOne(Contracts.Part.METADATA);
    assertThat(sink.state().values())
        .allSatisfy(
            service ->
                assertThat(service.instances())
                    .allSatisfy(
                        instance -> assertThat(instance.metadata()).doesNotContainKey("version")));
  }

  @Test
  final void change_localityArrives() {
    needs(Capability.LOCALITY);
    changeOne(Contracts.Part.LOCALITY);
  }

  @Test
  final void change_unhealthyAndBackArrives() {
    needs(Capability.UNHEALTHY);
    availability(Availability.UNHEALTHY);
  }

  @Test
  final void change_disabledAndBackArrives() {
    needs(Capability.DISABLED);
    availability(Availability.DISABLED);
  }

  @Test
  final void change_maintenanceAndBackArrives() {
    needs(Capability.MAINTENANCE);
    availability(Availability.MAINTENANCE);
  }

  @Test
  final void change_serviceMetadataArrives() {
    needs(Capability.SERVICE_METADATA);
    Service orders = write(service("orders", 1));
    startAndSync();
    write(
        new Service(
            orders.id(), Map.of(), Map.of("owner", "payments"), List.of(), orders.instances()));
    awaitWritten(limit());
  }

  @Test
  final void change_serviceWithoutInstancesIsRead() {
    needs(Capability.EMPTY_SERVICES);
    Service empty = write(service("planned", 0));
    startAndSync();
    assertThat(sink.state()).containsKey(empty.id());
  }

  private void changeOne(Contracts.Part part) {
    Service orders = write(service("orders", 1));
    startAndSync();
    Instance before = sink.state().values().iterator().next().instances().get(0);
    write(Contracts.with(orders, List.of(part.change(orders.instances().get(0)))));
    awaitWritten(limit());
    if (part.keepsTheId()) {
      Instance after = sink.state().values().iterator().next().instances().get(0);
      assertThat(after.id())
          .as("id of the instance after a changed %s", part)
          .isEqualTo(before.id());
    }
  }

  private void availability(Availability availability) {
    Service orders = write(service("orders", 2));
    startAndSync();
    List<Instance> instances = new ArrayList<>(orders.instances());
    instances.set(0, Contracts.with(instances.get(0), availability));
    write(Contracts.with(orders, instances));
    awaitWritten(limit());
    write(orders);
    awaitWritten(limit());
  }

  private RegistryAdapter startAndSync() {
    RegistryAdapter adapter = start();
    awaitWritten(limit());
    return adapter;
  }

  // ---- Outages and the end --------------------------------------------------------------------

  @Test
  final void outage_isReportedAndRemovesNothing() {
    write(service("orders", 2));
    write(service("reviews", 1));
    startAndSync();
    Map<ServiceId, Service> before = sink.state();
    int mark = sink.mark();
    stopReaching();
    sink.awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    Contracts.pause(outageLength());
    assertThat(Contracts.losses(before, sink.eventsSince(mark))).isEmpty();
    mark = sink.mark();
    reachAgain();
    sink.awaitEvent(mark, "a success", outageLimit(), SinkEvent::isSuccess);
    awaitWritten(outageLimit());
    assertThat(Contracts.losses(before, sink.eventsSince(mark))).isEmpty();
  }

  @Test
  final void outage_whatChangedMeanwhileArrivesAfterIt() {
    Service orders = write(service("orders", 2));
    Service reviews = write(service("reviews", 1));
    write(service("ratings", 1));
    startAndSync();
    int mark = sink.mark();
    stopReaching();
    sink.awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    write(Contracts.with(orders, service("orders", 4).instances().subList(1, 4)));
    write(service("details", 1));
    erase(reviews);
    reachAgain();
    awaitWritten(outageLimit());
    write(Contracts.with(orders, List.of(orders.instances().get(0))));
    awaitWritten(limit());
  }

  @Test
  final void quiet_showsThatTheRegistryIsReached() {
    needs(Capability.ALIVE_WHILE_QUIET);
    write(service("orders", 1));
    startAndSync();
    int mark = sink.mark();
    sink.awaitEvent(mark, "alive", outageLimit(), SinkEvent::isSuccess);
  }

  @Test
  final void close_endsAllCallsAndLeavesNoThread() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    assertThat(threads.started()).extracting(Thread::getName).anyMatch(it -> it.contains(name));
    adapter.close();
    sink.expectNoMoreCalls();
    write(service("reviews", 1));
    threads.awaitNone(Duration.ofSeconds(10));
    Contracts.pause(Duration.ofSeconds(1));
    sink.assertNoViolations();
    adapter.close();
  }

  @Test
  final void close_duringAnOutage_endsSoon() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    int mark = sink.mark();
    stopReaching();
    sink.awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    assertTimeoutPreemptively(Duration.ofSeconds(20), adapter::close);
    sink.expectNoMoreCalls();
    threads.awaitNone(Duration.ofSeconds(10));
  }

  @Test
  final void close_beforeStart_isHarmless() {
    RegistryAdapter adapter = adapter(new AdapterContext(name, sink));
    adapter.close();
    sink.expectNoMoreCalls();
    threads.awaitNone(Duration.ofSeconds(10));
    assertThat(sink.events()).isEmpty();
  }
}
