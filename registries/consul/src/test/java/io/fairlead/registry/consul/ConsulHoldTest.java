package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests of holds: only what is missing is kept, for a bounded time, and it is reported. */
@Execution(ExecutionMode.CONCURRENT)
class ConsulHoldTest {
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private static Mirrored mirrored(FakeConsul consul) {
    consul.set("web", 2);
    consul.set("api", 1);
    Mirrored mirrored =
        new Mirrored(
                Configurations.at(consul.address())
                    .maxWait(Duration.ofSeconds(20))
                    .settle(SETTLE)
                    .build())
            .awaitSynced();
    Awaitility.await().atMost(Mirrored.LIMIT).until(() -> consul.waiting() == 3);
    return mirrored;
  }

  private static void awaitHold(Mirrored mirrored, String subject, Hold.Reason reason) {
    Awaitility.await()
        .atMost(Mirrored.LIMIT)
        .untilAsserted(
            () ->
                assertThat(mirrored.sink().holds())
                    .anySatisfy(
                        hold -> {
                          assertThat(hold.subject()).isEqualTo(subject);
                          assertThat(hold.reason()).isEqualTo(reason);
                          assertThat(Duration.between(hold.since(), hold.until()))
                              .isEqualTo(SETTLE.plus(WholeReads.REREAD_LIMIT));
                        }));
  }

  @Test
  @NeedsServer("consul")
  void restore_newInstanceIsServedAtOnceBesideTheOnesThatAreMissing() {
    try (ConsulServer consul = ConsulServer.started()) {
      consul.api().register("n1", "web-1", "web", "10.0.0.1", 80);
      ConsulConfiguration configuration =
          Configurations.at(consul.address()).settle(Duration.ofSeconds(6)).build();
      try (Mirrored mirrored = new Mirrored(configuration)) {
        mirrored.await("web", 1);
        byte[] snapshot = consul.api().snapshot();
        consul.api().register("n2", "web-2", "web", "10.0.0.2", 80);
        mirrored.await("web", 2);
        int mark = mirrored.mark();
        consul.api().restore(snapshot);
        consul.api().register("n3", "web-3", "web", "10.0.0.3", 80);
        // An event, as the hold may be over before a busy machine looks at the state.
        SinkEvent three =
            mirrored
                .sink()
                .awaitEvent(
                    mark,
                    "web with three instances",
                    Mirrored.LIMIT,
                    event ->
                        event instanceof SinkEvent.Changed changed
                            && changed.service().instances().size() == 3);
        assertThat(((SinkEvent.Changed) three).service().instances())
            .extracting(Instance::id)
            .containsExactly("n1/web-1", "n2/web-2", "n3/web-3");
        List<SinkEvent> events = mirrored.sink().eventsSince(mark);
        assertThat(events.subList(0, events.indexOf(three)))
            .as("served before everything was read again")
            .noneMatch(SinkEvent.Resynced.class::isInstance);
        assertThat(mirrored.await("web", 2))
            .extracting(Instance::id)
            .containsExactly("n1/web-1", "n3/web-3");
        mirrored.awaitNoHold();
      }
    }
  }

  @Test
  void restore_whileOneServiceCannotBeRead_theOthersAreServedAndTheHoldEnds() {
    try (FakeConsul consul = new FakeConsul();
        Mirrored mirrored = mirrored(consul)) {
      consul.fail("/v1/health/service/api", 500, Optional.of("rpc error"));
      consul.setAt(10, "web", 1);
      awaitHold(mirrored, "web", Hold.Reason.RESTORE);
      awaitHold(mirrored, "all services", Hold.Reason.RESTORE);
      assertThat(mirrored.sink().state().values())
          .anyMatch(it -> it.id().name().equals("web") && it.instances().size() == 2);
      mirrored.await("web", 1);
      mirrored.awaitNoHold();
      assertThat(mirrored.await("api", 1)).as("what cannot be read is kept").hasSize(1);
    }
  }

  @Test
  void signOfARestore_thatRepeatsAllTheTime_doesNotMoveTheEnd() {
    try (FakeConsul consul = new FakeConsul();
        Mirrored mirrored = mirrored(consul)) {
      consul.setAt(900, "web", 1);
      Awaitility.await()
          .pollInterval(Duration.ofMillis(300))
          .atMost(Mirrored.LIMIT)
          .until(
              () -> {
                consul.to(consul.index() - 1);
                return mirrored.sink().state().values().stream()
                    .anyMatch(it -> it.id().name().equals("web") && it.instances().size() == 1);
              });
    }
  }

  @Test
  void earlyEnd_inTheMomentOfAnOrdinaryRemoval_isNoRestore() {
    try (FakeConsul consul = new FakeConsul();
        Mirrored mirrored = mirrored(consul)) {
      consul.endWaitsAsThisChanges("web", 1, false);
      mirrored.await("web", 1);
      mirrored.awaitNoHold();
      assertThat(mirrored.sink().eventsSince(0)).isNotEmpty().noneMatch(Mirrored::saysRestored);
      assertThat(mirrored.sink().resyncs()).as("whole reads").isEqualTo(1);
    }
  }

  @Test
  void restore_afterWhichWritesRaisedTheIndex_isToldByInstancesThatWereCreatedAnew() {
    try (FakeConsul consul = new FakeConsul();
        Mirrored mirrored = mirrored(consul)) {
      int mark = mirrored.mark();
      consul.endWaitsAsThisChanges("web", 1, true);
      mirrored.sink().awaitEvent(mark, "a hold", Mirrored.LIMIT, Mirrored::saysRestored);
      assertThat(mirrored.sink().eventsSince(mark))
          .as("nothing is taken away before services had time to register")
          .isNotEmpty()
          .noneMatch(
              event ->
                  event instanceof SinkEvent.Changed changed
                      && changed.service().id().name().equals("web")
                      && changed.service().instances().size() < 2);
      mirrored
          .sink()
          .awaitEvent(mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
      assertThat(mirrored.await("web", 1)).hasSize(1);
      mirrored.awaitNoHold();
    }
  }

  @Test
  void index_thatIsLeftOutOfEveryAnswer_isNoRestore() {
    try (FakeConsul consul = new FakeConsul()) {
      consul.set("web", 2);
      consul.to(0);
      try (Mirrored mirrored =
          new Mirrored(Configurations.at(consul.address()).maxWait(Duration.ofSeconds(1)).build())
              .awaitSynced()) {
        consul.setAt(0, "web", 1);
        mirrored.await("web", 1);
        assertThat(mirrored.sink().eventsSince(0)).isNotEmpty().noneMatch(Mirrored::saysRestored);
      }
    }
  }

  @Test
  void outage_afterWhichTheServersCannotBeTold_holdsNoLongerThanItsCeiling() {
    try (FakeConsul consul = new FakeConsul();
        Mirrored mirrored = mirrored(consul)) {
      int mark = mirrored.mark();
      consul.fail("/v1/catalog/services", 500, Optional.of("rpc error"));
      mirrored.awaitFailure(mark, "rpc error");
      // Not the same as above: who the servers are can never be told again.
      consul.fail("/v1/health/service/consul", 500, Optional.of("rpc error"));
      consul.set("web", 1);
      consul.set("api", 0);
      awaitHold(mirrored, "web", Hold.Reason.OUTAGE);
      awaitHold(mirrored, "api", Hold.Reason.OUTAGE);
      consul.set("fresh", 1);
      mirrored.await("fresh", 1);
      mirrored.await("web", 1);
      mirrored.await("api", 0);
      mirrored.awaitNoHold();
    }
  }
}
