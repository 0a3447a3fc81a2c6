package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Restarts of a real server that forgets ephemeral instances. */
@NeedsServer({NacosServer.NAME, NacosServer.NAME_2})
class NacosRestartTest {
  private static final Duration SETTLE = Duration.ofSeconds(16);

  private static ServiceId id(int number) {
    return new ServiceId("public", "DEFAULT_GROUP", "web-" + number);
  }

  private static NacosInstance instance(int number) {
    return NacosInstance.of("web-" + number, "10.0.0." + number, 80).asEphemeral();
  }

  @ParameterizedTest
  @EnumSource
  void restart_instancesThatRegisterAgainSlowlyAreNeverRemoved(Generation generation) {
    try (NacosServer server = NacosServer.start(generation, Login.NONE);
        // How long the server takes to start is not to count as settling.
        NacosLink link = NacosLink.to(server);
        Mirroring mirroring =
            new Mirroring(
                Mirroring.configuration(
                    link.address(), List.of("public"), List.of("DEFAULT_GROUP"), SETTLE))) {
      for (int i = 1; i <= 4; i++) {
        server.api().register(instance(i));
      }
      mirroring.await("four services", state -> state.size() == 4);
      int mark = mirroring.sink.mark();

      link.cut();
      server.kill();
      mirroring.sink.awaitEvent(mark, "a failure", Mirroring.LIMIT, SinkEvent::isFailure);
      server.startAgain();
      int back = mirroring.sink.mark();
      link.restore();
      mirroring.sink.awaitEvent(back, "a success", Mirroring.LIMIT, SinkEvent::isSuccess);
      for (int i = 1; i <= 3; i++) {
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        server.api().register(instance(i));
      }
      await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
      assertThat(mirroring.sink.eventsSince(mark))
          .isNotEmpty()
          .noneMatch(SinkEvent.Removed.class::isInstance)
          .noneMatch(
              event ->
                  event instanceof SinkEvent.Changed changed
                      && changed.service().instances().isEmpty());
      assertThat(mirroring.sink.state()).hasSize(4);

      // The fourth does not return: what is kept of it is told, and then goes.
      assertThat(mirroring.sink.holds())
          .singleElement()
          .satisfies(hold -> assertThat(hold.subject()).contains("web-4"));
      mirroring.await("three services", state -> state.size() == 3);
      assertThat(mirroring.sink.state().values())
          .extracting(Service::id)
          .containsExactlyInAnyOrder(id(1), id(2), id(3));
      server.api().register(instance(4));
      mirroring.awaitInstances(id(4), 1);
    }
  }
}
