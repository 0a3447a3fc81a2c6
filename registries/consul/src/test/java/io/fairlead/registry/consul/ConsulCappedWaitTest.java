package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A real Consul that ends each wait early, as {@code max_query_time} and proxies do. */
@NeedsServer("consul")
class ConsulCappedWaitTest {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private ConsulServer consul;

  @BeforeEach
  void start() {
    log.start();
    ((Logger) LoggerFactory.getLogger(WaitLimit.class)).addAppender(log);
    consul = ConsulServer.builder().hcl("max_query_time = \"1s\"").start();
    consul.api().register("n1", "web-1", "web", "10.0.0.1", 80);
    consul.api().register("n2", "web-2", "web", "10.0.0.2", 80);
  }

  @AfterEach
  void stop() {
    ((Logger) LoggerFactory.getLogger(WaitLimit.class)).detachAppender(log);
    consul.close();
  }

  /** Of two waits at least each ended early, and so the limit is known. */
  private void awaitLimitLearned() {
    Awaitility.await()
        .atMost(Mirrored.LIMIT)
        .until(
            () -> log.list.stream().anyMatch(it -> it.getFormattedMessage().contains("waits end")));
  }

  @Test
  void deregisteredInstance_leavesLongBeforeSettleIsOver() {
    try (Mirrored mirrored = new Mirrored(Configurations.at(consul.address()).build())) {
      mirrored.await("web", 2);
      awaitLimitLearned();
      consul.api().deregister("n1", "web-1");
      mirrored.await("web", 1);
      assertThat(mirrored.sink().eventsSince(0)).isNotEmpty().noneMatch(Mirrored::saysRestored);
      assertThat(mirrored.sink().resyncs()).as("whole reads").isEqualTo(1);
    }
  }

  @Test
  void deploymentThatReplacesEveryInstance_leavesNoDeadEndpoint() {
    try (Mirrored mirrored = new Mirrored(Configurations.at(consul.address()).build())) {
      mirrored.await("web", 2);
      for (int round = 1; round <= 4; round++) {
        String old = round == 1 ? "" : "v" + (round - 1) + "-";
        String now = "v" + round + "-";
        for (int i = 1; i <= 2; i++) {
          consul.api().register("n" + i, now + "web-" + i, "web", "10.0." + round + "." + i, 80);
          consul.api().deregister("n" + i, old + "web-" + i);
        }
        mirrored.await(
            "web",
            "the instances of deployment " + round,
            it ->
                it.instances().stream()
                    .map(Instance::id)
                    .toList()
                    .equals(List.of("n1/" + now + "web-1", "n2/" + now + "web-2")));
      }
      assertThat(mirrored.sink().eventsSince(0)).isNotEmpty().noneMatch(Mirrored::saysRestored);
    }
  }

  @Test
  void restoredSnapshot_isNoticedAllTheSame() {
    ConsulConfiguration configuration =
        Configurations.at(consul.address()).settle(Duration.ofSeconds(6)).build();
    try (Mirrored mirrored = new Mirrored(configuration)) {
      mirrored.await("web", 2);
      awaitLimitLearned();
      byte[] snapshot = consul.api().snapshot();
      consul.api().register("n3", "web-3", "web", "10.0.0.3", 80);
      consul.api().register("n1", "later-1", "later", "10.0.0.4", 80);
      mirrored.await("web", 3);
      mirrored.await("later", 1);
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.api().restore(snapshot);
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(
              () ->
                  mirrored.sink().holds().stream()
                      .anyMatch(hold -> hold.reason() == Hold.Reason.RESTORE));
      consul.api().register("n1", "later-1", "later", "10.0.0.4", 80);
      consul.api().register("n3", "web-3", "web", "10.0.0.3", 80);
      mirrored
          .sink()
          .awaitEvent(mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
      mirrored.assertNothingLost(mark, before);
      mirrored.awaitNoHold();
    }
  }
}
