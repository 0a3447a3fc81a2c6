package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The tests over a network that fails in other ways than an outage; all by {@link FaultProxy}. */
abstract class LinkContract extends OutageContract {
  private static final Duration SLOW = Duration.ofMillis(300);
  private static final Duration MIN_FLAKY = Duration.ofSeconds(1);
  private static final Duration BETWEEN_PROVOCATIONS = Duration.ofMillis(50);
  private static final int CHANGES_A_ROUND = 10;

  @Test
  @Fault("slow answers")
  final void link_slow_isWaitedFor() {
    needs(Capability.NETWORK);
    Service orders = write(service("orders", 2));
    links().forEach(link -> link.delay(SLOW, SLOW));
    start();
    awaitWritten(outageLimit());
    write(Contracts.with(orders, service("orders", 3).instances()));
    awaitWritten(outageLimit());
    links().forEach(FaultProxy::heal);
    links().forEach(link -> link.trickle(100, Duration.ofMillis(20)));
    write(Contracts.with(orders, service("orders", 4).instances()));
    awaitWritten(outageLimit());
  }

  @Test
  @Fault("malformed answers")
  final void link_answersWithNoise_isReportedAndRemovesNothing() {
    Map<ServiceId, Service> before = syncFive();
    int mark = sink().mark();
    links().forEach(FaultProxy::garble);
    links().forEach(FaultProxy::reset);
    sink().awaitEvent(mark, "a failure", outageLimit(), SinkEvent::isFailure);
    pause(outageLength());
    healAndChange(before, mark, service("orders-0", 6));
  }

  @Test
  @Fault("answers cut short")
  final void link_answersCutShort_removeNothing() {
    Map<ServiceId, Service> before = syncFive();
    int mark = sink().mark();
    for (int bytes : new int[] {2_000, 700}) {
      links().forEach(link -> link.cutShort(bytes));
      long attempts = attempts();
      links().forEach(FaultProxy::reset);
      provokeAnswers(attempts + 2);
      pause(outageLength());
    }
    healAndChange(before, mark, service("orders-0", 6), service("provocation", 5));
  }

  /** Changes another service until so many connections have been tried; they need not be. */
  private void provokeAnswers(long attempts) {
    long end = System.nanoTime() + outageLimit().toNanos() / 4;
    for (int change = 0; attempts() < attempts && System.nanoTime() < end; change++) {
      write(service("provocation", 1 + change % 4));
      pause(BETWEEN_PROVOCATIONS);
    }
  }

  private Map<ServiceId, Service> syncFive() {
    needs(Capability.NETWORK);
    for (int i = 0; i < 5; i++) {
      write(service("orders-" + i, 5));
    }
    startAndSync();
    return sink().state();
  }

  private void healAndChange(Map<ServiceId, Service> before, int mark, Service... changed) {
    links().forEach(FaultProxy::heal);
    int back = sink().mark();
    links().forEach(FaultProxy::reset);
    sink().awaitEvent(back, "a success", outageLimit(), SinkEvent::isSuccess);
    for (Service one : changed) {
      write(one);
    }
    awaitWritten(outageLimit());
    assertThat(Contracts.losses(before, sink().eventsSince(mark))).isEmpty();
  }

  @Test
  @Fault("half-open connections")
  final void link_halfOpen_isNoticed() {
    needs(Capability.NETWORK);
    Service orders = write(service("orders", 1));
    startAndSync();
    links().forEach(FaultProxy::strand);
    write(Contracts.with(orders, service("orders", 2).instances()));
    awaitWritten(outageLimit());
  }

  @Test
  @Fault("flaky link")
  final void link_resetAgainAndAgain_isKeptUpWith() {
    needs(Capability.NETWORK);
    Random random = new Random(11);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      services.add(write(service("flaky-" + i, 4)));
    }
    startAndSync();
    int mark = sink().mark();
    Duration period =
        environment("FAIRLEAD_LINK_PERIOD").map(Duration::ofSeconds).orElseGet(this::linkPeriod);
    links().forEach(link -> link.resetEvery(period));
    Duration length = period.multipliedBy(7).dividedBy(2);
    long end = System.nanoTime() + (length.compareTo(MIN_FLAKY) < 0 ? MIN_FLAKY : length).toNanos();
    do {
      for (int change = 0; change < CHANGES_A_ROUND; change++) {
        Service one = services.get(random.nextInt(services.size()));
        // The first stays, so that nothing is ever empty.
        List<Instance> some = new ArrayList<>(one.instances());
        some.removeIf(it -> !it.equals(one.instances().get(0)) && random.nextInt(3) == 0);
        write(Contracts.with(one, some));
        pause(period.dividedBy(40));
      }
      awaitWritten(outageLimit());
    } while (System.nanoTime() < end);
    assertThat(Contracts.emptied(services, sink().eventsSince(mark))).isEmpty();
  }
}
