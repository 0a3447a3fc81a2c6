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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The contract of every adapter, as tests with its real registry. A subclass implements how the
 * registry is written to, how it is cut off and how an adapter is created; the tests are inherited.
 *
 * <p>Each test begins with a registry that holds none of the adapter's services and can be reached.
 * JUnit makes a new object of the subclass for each test, so a field with a fresh namespace or
 * folder is enough where one server serves all tests.
 */
public abstract class AdapterContract extends AdapterFixture {
  // ---- First read -----------------------------------------------------------------------------

  /** Returns the first call that tells of no failure: a link may break while it is read first. */
  private SinkEvent firstCall() {
    return sink().awaitEvent(0, "any call", limit(), event -> !event.isFailure());
  }

  @Test
  final void start_firstCallIsAResyncWithEverything() {
    write(service("orders", 2));
    write(service("reviews", 1));
    Contracts.pause(settled());
    start();
    SinkEvent first = firstCall();
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(differences(Contracts.byId(((SinkEvent.Resynced) first).outcome()))).isEmpty();
  }

  @Test
  final void start_emptyRegistryGivesAFreshEmptyRead() {
    start();
    SinkEvent first = firstCall();
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(((SinkEvent.Resynced) first).outcome().services()).isEmpty();
    assertThat(sink().reads()).as("requests whose time was reported").isPositive();
    write(service("orders", 1));
    awaitWritten(limit());
  }

  @Test
  final void start_whileUnreachable_worksOnceTheRegistryIsThere() {
    write(service("orders", 2));
    stopReaching();
    start();
    sink().awaitEvent(0, "a failure", outageLimit(), SinkEvent::isFailure);
    assertThat(sink().resyncs()).isZero();
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
    writeAll(many);
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
    assertThat(sink().state()).containsKey(reviews.id());
    write(orders);
    awaitWritten(limit());
  }

  @Test
  final void change_removedServiceGoes() {
    Service orders = write(service("orders", 2));
    write(service("reviews", 1));
    startAndSync();
    erase(orders);
    sink()
        .awaitState(
            orders.id() + " gone or without instances",
            limit(),
            state ->
                !state.containsKey(orders.id()) || state.get(orders.id()).instances().isEmpty());
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
    assertThat(sink().state().values())
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
    assertThat(sink().state()).containsKey(empty.id());
  }

  private void changeOne(Contracts.Part part) {
    Service orders = write(service("orders", 1));
    startAndSync();
    Instance before = sink().state().values().iterator().next().instances().get(0);
    write(Contracts.with(orders, List.of(part.change(orders.instances().get(0)))));
    awaitWritten(limit());
    if (part.keepsTheId()) {
      Instance after = sink().state().values().iterator().next().instances().get(0);
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
    Map<ServiceId, Service> before = sink().state();
    int mark = sink().mark();
    stopReaching();
    sink().awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    Contracts.pause(outageLength());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
    mark = sink().mark();
    reachAgain();
    sink().awaitEvent(mark, "a success", outageLimit(), SinkEvent::isSuccess);
    awaitWritten(outageLimit());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
  }

  @Test
  final void outage_whatChangedMeanwhileArrivesAfterIt() {
    Service orders = write(service("orders", 2));
    Service reviews = write(service("reviews", 1));
    write(service("ratings", 1));
    startAndSync();
    int mark = sink().mark();
    stopReaching();
    sink().awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
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
    int mark = sink().mark();
    sink().awaitEvent(mark, "alive", outageLimit(), SinkEvent::isSuccess);
  }

  @Test
  final void close_endsAllCallsAndLeavesNoThread() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    assertThat(threads().started())
        .extracting(Thread::getName)
        .anyMatch(it -> it.contains(registryName()));
    adapter.close();
    sink().expectNoMoreCalls();
    write(service("reviews", 1));
    threads().awaitNone(Duration.ofSeconds(10));
    Contracts.pause(Duration.ofSeconds(1));
    sink().assertNoViolations();
    adapter.close();
  }

  @Test
  final void close_duringAnOutage_endsSoon() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    int mark = sink().mark();
    stopReaching();
    sink().awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    assertTimeoutPreemptively(Duration.ofSeconds(20), adapter::close);
    sink().expectNoMoreCalls();
    threads().awaitNone(Duration.ofSeconds(10));
  }

  @Test
  final void close_beforeStart_isHarmless() {
    RegistryAdapter adapter = adapter(new AdapterContext(registryName(), sink()));
    adapter.close();
    sink().expectNoMoreCalls();
    threads().awaitNone(Duration.ofSeconds(10));
    assertThat(sink().events()).isEmpty();
  }
}
