package io.fairlead.registry.scripted;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ScriptedRegistry;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault that a script can show arrives as what it is. */
final class ScriptedFaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ScriptedRegistry registry = ScriptedRegistry.start();
  private final RecordingSink sink = new RecordingSink();
  private final RegistryAdapter adapter =
      new ScriptedRegistryFactory()
          .create(
              new AdapterContext("faulty", sink),
              new ScriptedConfiguration(
                  registry.address(), Duration.ofSeconds(1), Duration.ofMillis(500)));

  @BeforeEach
  void startWithTwo() {
    registry.put(service("a", 1));
    registry.put(service("b", 1));
    adapter.start();
    registry.awaitTaken();
  }

  @AfterEach
  void end() {
    adapter.close();
    registry.close();
    sink.assertNoViolations();
  }

  private static Service service(String name, int port) {
    Instance instance =
        new Instance(
            "1",
            "10.0.0.1",
            port,
            Double.NaN,
            Availability.READY,
            new Locality("r", "", "s"),
            Map.of("k", "v"));
    return new Service(
        ServiceId.of(name), Map.of("x", "y"), Map.of(), List.of("t"), List.of(instance));
  }

  private void awaitFailure(int mark) {
    sink.awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
  }

  private void awaitSeen(Service... services) {
    sink.awaitState(
        "these services", LIMIT, state -> List.copyOf(state.values()).equals(List.of(services)));
  }

  @Test
  void view_isBelievedWhateverItHolds() {
    registry.emptyView();
    awaitSeen();

    registry.view(List.of(service("b", 1)));
    awaitSeen(service("b", 1));

    registry.view();
    awaitSeen(service("a", 1), service("b", 1));
  }

  @Test
  void view_olderThanTheLast_isBelieved() {
    List<Service> old = registry.services();
    registry.put(service("a", 2));
    awaitSeen(service("a", 2), service("b", 1));

    registry.view(old);

    awaitSeen(service("a", 1), service("b", 1));
  }

  @Test
  void view_cutInTheMiddle_changesNothing() {
    registry.put(service("c", 1));
    registry.awaitTaken();
    int mark = sink.mark();
    registry.cutNextViewAfter(1);
    registry.view();

    awaitFailure(mark);

    registry.awaitTaken();
    assertThat(registry.connections()).isGreaterThan(1);
    assertThat(sink.state()).hasSize(3);
  }

  @Test
  void garbage_endsTheConnection() {
    int mark = sink.mark();
    registry.garbage();

    awaitFailure(mark);

    sink.awaitEvent(mark, "a view", LIMIT, SinkEvent.Resynced.class::isInstance);
    assertThat(sink.state()).hasSize(2);
  }

  @Test
  void reads_thatFail_changeNothing() {
    int mark = sink.mark();
    registry.failReads();
    awaitFailure(mark);
    registry.put(service("a", 2));
    int later = sink.mark();
    registry.cut();
    awaitFailure(later);
    assertThat(sink.state()).containsEntry(ServiceId.of("a"), service("a", 1));

    registry.recover();

    awaitSeen(service("a", 2), service("b", 1));
  }

  @Test
  void silence_isAFailure() {
    int mark = sink.mark();
    registry.fallSilent();
    awaitFailure(mark);
    assertThat(sink.state()).hasSize(2);

    registry.recover();
    registry.put(service("c", 1));

    awaitSeen(service("a", 1), service("b", 1), service("c", 1));
  }

  @Test
  void answer_thatIsSlow_comesInTheEnd() {
    registry.delayAnswers(Duration.ofMillis(500));
    registry.putSilently(service("c", 1));
    registry.cut();

    awaitSeen(service("a", 1), service("b", 1), service("c", 1));
  }

  @Test
  void events_lost_areHealedByTheNextView() {
    registry.putSilently(service("a", 2));
    registry.removeSilently(ServiceId.of("b"));
    registry.put(service("c", 1));
    awaitSeen(service("a", 1), service("b", 1), service("c", 1));

    registry.view();

    awaitSeen(service("a", 2), service("c", 1));
  }

  @Test
  void events_doubleAndLate_areBelievedInTheirOrder() {
    registry.put(service("a", 3));
    registry.sayChanged(service("a", 3));
    registry.sayChanged(service("a", 2));
    registry.sayRemoved(ServiceId.of("b"));
    registry.sayRemoved(ServiceId.of("b"));

    awaitSeen(service("a", 2));
  }

  @Test
  void part_thatFails_isSaid() {
    int mark = sink.mark();
    registry.sayFailing("half of it");

    awaitFailure(mark);

    assertThat(sink.state()).hasSize(2);
  }

  @Test
  void changes_byTheThousand_allArrive() {
    for (int i = 1; i <= 20_000; i++) {
      registry.put(service("c" + i % 100, i));
    }
    registry.awaitTaken();

    assertThat(sink.state()).hasSize(102);
    assertThat(sink.state()).containsEntry(ServiceId.of("c99"), service("c99", 19_999));
  }
}
