package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tests of an adapter's first read, and of what it makes of names. */
abstract class ReadContract extends AdapterFixture {
  private static final int MAX_ADDED_WHILE_STARTING = 200;
  private static final int ADDED_AFTERWARDS = 5;
  private static final Duration BETWEEN_WRITES = Duration.ofMillis(15);

  @Test
  @Fault("first read")
  final void start_firstCallIsAResyncWithEverything() {
    write(service("orders", 2));
    write(service("reviews", 1));
    write(service("ratings", 1));
    pause(settled());
    start();
    SinkEvent first = sink().awaitEvent(0, "any call", limit(), event -> true);
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(differences(Contracts.byId(((SinkEvent.Resynced) first).outcome()))).isEmpty();
  }

  @Test
  @Fault("empty registry")
  final void start_emptyRegistryGivesAFreshEmptyRead() {
    start();
    SinkEvent first = sink().awaitEvent(0, "any call", limit(), event -> true);
    assertThat(first).isInstanceOf(SinkEvent.Resynced.class);
    assertThat(((SinkEvent.Resynced) first).outcome().services()).isEmpty();
    write(service("orders", 1));
    awaitWritten(limit());
  }

  @Test
  final void start_tellsHowLongReadsTake() {
    write(service("orders", 1));
    startAndSync();
    long end = System.nanoTime() + limit().toNanos();
    while (sink().reads() == 0) {
      assertThat(System.nanoTime()).as("no time of a read within %s", limit()).isLessThan(end);
      pause(Duration.ofMillis(20));
    }
  }

  @Test
  @Fault("start without registry")
  final void start_whileUnreachable_worksOnceTheRegistryIsThere() {
    write(service("orders", 2));
    stopReaching();
    start();
    sink().awaitFailureIfAny(0, outageLimit());
    pause(outageLength());
    assertThat(sink().resyncs()).isZero();
    reachAgain();
    awaitWritten(outageLimit());
    write(service("reviews", 1));
    awaitWritten(limit());
  }

  @Test
  @Fault("start, no answer")
  final void start_registryThatDoesNotAnswer_isReported() {
    needs(Capability.NETWORK);
    write(service("orders", 2));
    links().forEach(FaultProxy::freeze);
    start();
    sink().awaitEvent(0, "a failure", outageLimit(), SinkEvent::isFailure);
    assertThat(sink().resyncs()).isZero();
    links().forEach(FaultProxy::thaw);
    awaitWritten(outageLimit());
  }

  /** Services that are added between the list and the watch must not be lost. */
  @Test
  @Fault("changes during the start")
  final void start_whileServicesAreAdded_missesNone() {
    write(service("first", 1));
    if (has(Capability.NETWORK)) {
      needs(Capability.NETWORK);
      links().forEach(link -> link.delay(Duration.ofMillis(20), Duration.ofMillis(60)));
    }
    start();
    // A watch may begin only after the first read was told.
    for (int i = 0, afterwards = 0;
        i < MAX_ADDED_WHILE_STARTING && afterwards < ADDED_AFTERWARDS;
        i++) {
      write(service("added-" + i, 1));
      pause(BETWEEN_WRITES);
      afterwards += sink().synced() ? 1 : 0;
    }
    links().forEach(FaultProxy::heal);
    awaitWritten(limit());
  }

  @Test
  @Fault("many services")
  final void start_manyServices_allArriveAndEachIsWatched() {
    long count = environment("FAIRLEAD_MANY_SERVICES").orElseGet(() -> (long) manyServices());
    List<Service> many = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      many.add(service("many-" + i, 2));
    }
    writeAll(many);
    start();
    awaitWritten(limit().multipliedBy(1 + count / 2_000));
    Service last = many.get(many.size() - 1);
    write(Contracts.with(last, List.of(last.instances().get(0))));
    write(Contracts.with(many.get(0), List.of(many.get(0).instances().get(1))));
    awaitWritten(limit().multipliedBy(1 + count / 2_000));
  }

  @Test
  @Fault("odd names")
  final void name_isSpeltAsInTheRegistry() {
    List<String> names = oddNames();
    assertThat(names).isNotEmpty();
    names.forEach(name -> write(service(name, 1)));
    startAndSync();
    names.forEach(name -> write(service(name, 2)));
    awaitWritten(limit());
  }

  @Test
  @Fault("names differing in case")
  final void name_differingInCase_isAnotherService() {
    needs(Capability.CASE_SENSITIVE_NAMES);
    write(service("web", 1));
    write(service("Web", 2));
    startAndSync();
    write(service("WEB", 3));
    awaitWritten(limit());
  }
}
