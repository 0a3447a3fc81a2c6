package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A running adapter and what it told its sink; closing it checks the sink's rules. */
final class Mirrored implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(40);

  private final RecordingSink sink = new RecordingSink();
  private final RegistryAdapter adapter;

  Mirrored(ConsulConfiguration configuration) {
    this.adapter =
        new ConsulRegistryFactory().create(new AdapterContext("test", sink), configuration);
    adapter.start();
  }

  RecordingSink sink() {
    return sink;
  }

  int mark() {
    return sink.mark();
  }

  /** Waits for the first whole read. */
  Mirrored awaitSynced() {
    sink.awaitState("the first whole read", LIMIT, state -> true);
    return this;
  }

  /** Waits until a service is as it should be. */
  Service await(String name, String what, Predicate<Service> test) {
    ServiceId id = ServiceId.of(name);
    Map<ServiceId, Service> state =
        sink.awaitState(
            name + ": " + what, LIMIT, now -> now.containsKey(id) && test.test(now.get(id)));
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(adapter.reported(id).map(Service::instances).orElse(List.of()))
                    .isEqualTo(Objects.requireNonNull(sink.state().get(id)).instances()));
    return Objects.requireNonNull(state.get(id));
  }

  /** Waits until a service has that many instances. */
  List<Instance> await(String name, int instances) {
    return await(name, instances + " instances", it -> it.instances().size() == instances)
        .instances();
  }

  /** Waits for a failure whose text has a word. */
  String awaitFailure(int mark, String word) {
    SinkEvent event =
        sink.awaitEvent(mark, "a failure with " + word, LIMIT, it -> text(it).contains(word));
    return text(event);
  }

  /** Whether an event tells that Consul was set back or built anew. */
  static boolean saysRestored(SinkEvent event) {
    return event instanceof SinkEvent.Holding holding
        && holding.holds().stream().anyMatch(hold -> hold.subject().equals("all services"));
  }

  /** Waits until nothing is kept on a suspicion. */
  void awaitNoHold() {
    Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(sink.holds()).isEmpty());
  }

  /** Waits for a success after a mark. */
  void awaitSuccess(int mark) {
    sink.awaitEvent(mark, "a success", LIMIT, SinkEvent::isSuccess);
  }

  private static String text(SinkEvent event) {
    if (event instanceof SinkEvent.Failing failing) {
      return failing.problem();
    }
    return event instanceof SinkEvent.ReadFailed failed ? failed.outcome().problem() : "";
  }

  /** No service and no instance was taken away since a mark. */
  void assertNothingLost(int mark, Map<ServiceId, Service> before) {
    for (SinkEvent event : sink.eventsSince(mark)) {
      assertThat(event).isNotInstanceOf(SinkEvent.Removed.class);
      if (event instanceof SinkEvent.Resynced resynced) {
        List<ServiceId> there = resynced.outcome().services().stream().map(Service::id).toList();
        assertThat(there).containsAll(before.keySet());
      }
      if (event instanceof SinkEvent.Changed changed
          && before.containsKey(changed.service().id())) {
        assertThat(changed.service().instances().stream().map(Instance::id).toList())
            .containsAll(
                before.get(changed.service().id()).instances().stream().map(Instance::id).toList());
      }
    }
  }

  @Override
  public void close() {
    adapter.close();
    sink.assertNoViolations();
  }
}
