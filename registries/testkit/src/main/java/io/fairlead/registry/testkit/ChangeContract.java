package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The tests of single changes, of many at once, and of events that come late, twice or never. */
abstract class ChangeContract extends ReadContract {
  private static final int BURST_SERVICES = 10;
  private static final int BURST_ROUNDS = 11;
  private static final int SLOW_CHANGES = 10;
  private static final Duration SLOW_CALL = Duration.ofMillis(150);
  private static final int FIRST_GENERATION = 20_000;
  private static final int GENERATIONS = 6;
  private static final Duration REMEMBERED = Duration.ofSeconds(3);
  private static final Duration BETWEEN_GENERATIONS = Duration.ofMillis(100);

  @Test
  @Fault("service added")
  final void change_newServiceArrives() {
    write(service("orders", 1));
    startAndSync();
    write(service("reviews", 2));
    awaitWritten(limit());
  }

  @Test
  @Fault("instance changed")
  final void change_addedInstanceArrives() {
    Service orders = write(service("orders", 1));
    startAndSync();
    write(Contracts.with(orders, service("orders", 3).instances()));
    awaitWritten(limit());
  }

  @Test
  @Fault("instance changed")
  final void change_removedInstanceGoes() {
    Service orders = write(service("orders", 3));
    startAndSync();
    write(Contracts.with(orders, List.of(orders.instances().get(2))));
    awaitWritten(limit());
  }

  @Test
  @Fault("service to zero and back")
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
  @Fault("service removed")
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
  @Fault("instance changed")
  final void change_addressArrives() {
    changeOne(Contracts.Part.ADDRESS);
  }

  @Test
  @Fault("instance changed")
  final void change_portArrives() {
    changeOne(Contracts.Part.PORT);
  }

  @Test
  @Fault("instance changed")
  final void change_weightArrives() {
    needs(Capability.WEIGHTS);
    changeOne(Contracts.Part.WEIGHT);
  }

  @Test
  @Fault("instance changed")
  final void change_fractionalWeightArrives() {
    needs(Capability.FRACTIONAL_WEIGHTS);
    changeOne(Contracts.Part.HALF_WEIGHT);
  }

  @Test
  @Fault("instance changed")
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
  @Fault("instance changed")
  final void change_localityArrives() {
    needs(Capability.LOCALITY);
    changeOne(Contracts.Part.LOCALITY);
  }

  @Test
  @Fault("instance changed")
  final void change_unhealthyAndBackArrives() {
    needs(Capability.UNHEALTHY);
    availability(Availability.UNHEALTHY);
  }

  @Test
  @Fault("instance changed")
  final void change_disabledAndBackArrives() {
    needs(Capability.DISABLED);
    availability(Availability.DISABLED);
  }

  @Test
  @Fault("instance changed")
  final void change_maintenanceAndBackArrives() {
    needs(Capability.MAINTENANCE);
    availability(Availability.MAINTENANCE);
  }

  @Test
  @Fault("instance changed")
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
  @Fault("instance changed")
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

  @Test
  @Fault("burst of changes")
  final void burst_endsInTheLastState() {
    for (int i = 0; i < BURST_SERVICES; i++) {
      write(service("burst-" + i, 1));
    }
    startAndSync();
    for (int round = 1; round <= BURST_ROUNDS; round++) {
      for (int i = 0; i < BURST_SERVICES; i++) {
        // The last state is one that was not there before: else an earlier moment would do.
        write(service("burst-" + i, round == BURST_ROUNDS ? 5 : 1 + (round + i) % 4));
      }
    }
    awaitWritten(limit());
  }

  @Test
  @Fault("burst, slow gateway")
  final void burst_whileCallsOfTheSinkAreSlow_losesNothing() {
    for (int i = 0; i < SLOW_CHANGES; i++) {
      write(service("slow-" + i, 1));
    }
    startAndSync();
    sink().slowDown(SLOW_CALL);
    for (int i = 0; i < SLOW_CHANGES; i++) {
      write(service("slow-" + i, 2));
    }
    awaitWritten(limit().plus(SLOW_CALL.multipliedBy(2 * SLOW_CHANGES)));
  }

  @Test
  @Fault("event repeated")
  final void event_thatComesAgain_changesNothing() {
    Service orders = write(service("orders", 2));
    startAndSync();
    Service changed = write(Contracts.with(orders, service("orders", 3).instances()));
    awaitWritten(limit());
    Map<ServiceId, Service> before = sink().state();
    int mark = sink().mark();
    for (int i = 0; i < 3; i++) {
      repeatEvent(changed);
    }
    // What comes after it shows that it has been read.
    write(service("reviews", 1));
    awaitWritten(limit());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
  }

  @Test
  @Fault("events out of order")
  final void event_thatIsOvertaken_changesNothing() {
    Service orders = write(generation(0));
    startAndSync();
    int mark = sink().mark();
    disorderEvents();
    for (int number = 1; number <= GENERATIONS; number++) {
      write(generation(number));
      pause(BETWEEN_GENERATIONS);
    }
    awaitWritten(outageLimit());
    orderEvents();
    write(service("reviews", 1));
    awaitWritten(outageLimit());
    List<Integer> seen = Contracts.ports(orders.id(), sink().eventsSince(mark));
    assertThat(seen).as("ports of the service, which only rise").isNotEmpty().isSorted();
  }

  private Service generation(int number) {
    Service orders = service("orders", 1);
    Instance one = orders.instances().get(0);
    return Contracts.with(
        orders,
        List.of(
            new Instance(
                one.id(),
                one.address(),
                FIRST_GENERATION + number,
                one.weight(),
                one.availability(),
                one.locality(),
                one.metadata())));
  }

  @Test
  @Fault("event lost")
  final void event_thatIsLost_isMadeUpFor() {
    Service orders = write(service("orders", 1));
    startAndSync();
    loseEvent(() -> write(Contracts.with(orders, service("orders", 3).instances())));
    awaitWritten(limit());
  }

  @Test
  @Fault("quiet registry")
  final void quiet_showsThatTheRegistryIsReached() {
    needs(Capability.ALIVE_WHILE_QUIET);
    write(service("orders", 1));
    startAndSync();
    int mark = sink().mark();
    sink().awaitEvent(mark, "alive", outageLimit(), SinkEvent::isSuccess);
  }

  // ---- What was told ----------------------------------------------------------------------------

  @Test
  final void reported_isWhatTheSinkWasToldLast() {
    needs(Capability.REPORTED);
    Service orders = write(service("orders", 2));
    RegistryAdapter adapter = startAndSync();
    awaitReported(adapter, orders.id());
    write(Contracts.with(orders, service("orders", 3).instances()));
    awaitWritten(limit());
    awaitReported(adapter, orders.id());
    assertThat(adapter.reported(id(registryName() + "-nobody"))).isEmpty();
    close(adapter);
    assertThatCode(() -> adapter.reported(orders.id())).doesNotThrowAnyException();
  }

  /** Waits until it is returned, as it may be remembered after the call that told it. */
  private void awaitReported(RegistryAdapter adapter, ServiceId id) {
    Set<Instance> told = instances(Optional.ofNullable(sink().state().get(id)));
    Set<Instance> reported = instances(adapter.reported(id));
    long end = System.nanoTime() + REMEMBERED.toNanos();
    while (!reported.equals(told) && System.nanoTime() < end) {
      pause(Duration.ofMillis(10));
      reported = instances(adapter.reported(id));
    }
    assertThat(reported).as("instances of reported(%s)", id).isEqualTo(told);
  }

  private static Set<Instance> instances(Optional<Service> service) {
    return service.map(it -> Set.copyOf(it.instances())).orElse(Set.of());
  }

  @Test
  final void reported_whileTheSinkIsCalled_doesNotWait() {
    needs(Capability.REPORTED);
    Service orders = write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              called.countDown();
              awaits(answered, limit());
            });
    write(Contracts.with(orders, service("orders", 2).instances()));
    assertThat(awaits(called, limit())).as("a call of the sink").isTrue();
    try {
      assertTimeoutPreemptively(
          REMEMBERED, () -> adapter.reported(orders.id()), "reported() waits for the sink");
    } finally {
      answered.countDown();
    }
    awaitWritten(limit());
  }
}
