package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tests of a registry that cannot be reached, starts anew or refuses a login. */
abstract class OutageContract extends ChangeContract {
  @Test
  @Fault("outage")
  final void outage_isReportedAndRemovesNothing() {
    write(service("orders", 2));
    write(service("reviews", 1));
    startAndSync();
    Map<ServiceId, Service> before = sink().state();
    int mark = sink().mark();
    stopReaching();
    sink().awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    pause(outageLength());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
    mark = sink().mark();
    reachAgain();
    sink().awaitEvent(mark, "a success", outageLimit(), SinkEvent::isSuccess);
    awaitWritten(outageLimit());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
  }

  @Test
  @Fault("changes during an outage")
  final void outage_whatChangedMeanwhileArrivesAfterIt() {
    Service orders = write(service("orders", 2));
    write(service("ratings", 1));
    startAndSync();
    int mark = sink().mark();
    stopReaching();
    sink().awaitFailureIfAny(mark, outageLimit());
    pause(outageLength());
    write(Contracts.with(orders, service("orders", 4).instances()));
    write(service("details", 1));
    reachAgain();
    awaitWritten(outageLimit());
    write(service("ratings", 2));
    awaitWritten(limit());
  }

  @Test
  @Fault("removal during an outage")
  final void outage_whatWasRemovedMeanwhileGoes() {
    Service reviews = write(service("reviews", 1));
    write(service("orders", 2));
    startAndSync();
    int mark = sink().mark();
    stopReaching();
    sink().awaitFailureIfAny(mark, outageLimit());
    erase(reviews);
    reachAgain();
    awaitWritten(outageLimit());
    sink().awaitHolds("no hold, as nothing is missing", outageLimit(), List::isEmpty);
  }

  @Test
  @Fault("long outage")
  final void outage_thatLasts_isRetriedUnhurriedlyAndSurvived() {
    Service orders = write(service("orders", 1));
    startAndSync();
    Map<ServiceId, Service> before = sink().state();
    int mark = sink().mark();
    if (has(Capability.NETWORK)) {
      needs(Capability.NETWORK);
      long attempts = attempts();
      long begin = System.nanoTime();
      links().forEach(FaultProxy::hangUp);
      pause(longOutage());
      double seconds = Math.max(1, (System.nanoTime() - begin) / 1e9);
      assertThat((attempts() - attempts) / seconds)
          .as("connections tried in a second of the outage")
          .isLessThanOrEqualTo(maxAttemptsPerSecond());
      int back = sink().mark();
      links().forEach(FaultProxy::heal);
      sink().awaitEvent(back, "a success", outageLimit(), SinkEvent::isSuccess);
    } else {
      stopReaching();
      pause(longOutage());
      reachAgain();
    }
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
    write(Contracts.with(orders, service("orders", 2).instances()));
    awaitWritten(outageLimit());
  }

  @Test
  @Fault("registry restarted")
  final void restart_removesNothingAndWhatFollowsArrives() {
    needs(Capability.RESTART);
    Service orders = write(service("orders", 1));
    write(service("reviews", 2));
    startAndSync();
    Map<ServiceId, Service> before = sink().state();
    int mark = sink().mark();
    restart();
    write(Contracts.with(orders, service("orders", 2).instances()));
    awaitWritten(outageLimit());
    write(service("ratings", 1));
    awaitWritten(outageLimit());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
  }

  @Test
  @Fault("login refused")
  final void login_refused_isReportedAndNoEmptyRegistry() {
    needs(Capability.LOGIN);
    write(service("orders", 1));
    String wrong = "wrong-secret-of-" + registryName() + ".";
    RegistryAdapter adapter = adapter(new AdapterContext(registryName(), sink()), wrong);
    start(adapter, Set.of(wrong));
    sink().awaitEvent(0, "a failure", outageLimit(), SinkEvent::isFailure);
    pause(Duration.ofMillis(500));
    assertThat(sink().resyncs()).as("whole reads without a login").isZero();
  }
}
