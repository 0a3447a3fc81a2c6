package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** istiods that are there before what they need get everything at once, and nothing partial. */
@NeedsServer({"consul", "istiod-1.27.0", "istiod-1.18.2"})
final class ColdStartTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ConsulServer server = ConsulServer.started();
  private final ConsulRegistry consul = new ConsulRegistry(server);
  private final GatewayProcess gateway = GatewayProcess.of(Fleet.configuration(List.of(consul)));

  @AfterEach
  void end() {
    gateway.close();
    server.close();
  }

  @Test
  void istiod_beforeTheRegistry_waitsForEverything() {
    Fleet.populate(consul);
    server.stop();
    gateway.start().awaitListening();
    try (Istiods istiods = Istiods.start(gateway.source())) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(gateway.get("/api/v1/clients").findValuesAsText("revision"))
                      .hasSize(Istiods.versions().size()));
      assertThat(gateway.isReady()).isFalse();
      istiods.each(
          (version, istiod) -> assertThat(istiod.isSynced()).as("istiod %s", version).isFalse());

      server.start();
      gateway.awaitReady();

      istiods.awaitSynced();
      istiods.awaitHolding(() -> consul.expected(Istiods.REVISION));
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  @Test
  void istiod_beforeTheGateway_isStartedAgain() {
    Fleet.populate(consul);
    for (String version : Istiods.versions()) {
      // istiod ends where a source does not listen: whoever runs it starts it again.
      try (IstiodServer early =
          IstiodServer.builder(version).sources(gateway.source()).revision("default").start()) {
        assertThat(early.process().await(LIMIT)).as("end of istiod %s", version).isTrue();
      }
    }

    gateway.start().awaitReady();

    try (Istiods again = Istiods.start(gateway.source())) {
      again.awaitSynced();
      again.awaitHolding(() -> consul.expected(Istiods.REVISION));
    }
  }

  @Test
  void gateway_withItsLastKnownState_serves_whileTheRegistryIsDown() {
    Fleet.populate(consul);
    gateway.start().awaitReady();
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      istiods.awaitHolding(() -> consul.expected(Istiods.REVISION));
      Map<String, Integer> marks = istiods.settle();

      gateway.kill();
      server.kill();
      gateway.start().awaitReady();

      try (Istiods late = Istiods.start(gateway.source()).awaitSynced()) {
        late.awaitHolding(() -> consul.expected(Istiods.REVISION));
      }
      server.start();
      consul.put("plain", "2", Registered.at("10.1.0.2", 8080));
      istiods.awaitHolding(() -> consul.expected(Istiods.REVISION));
      assertThat(istiods.awaitPushes(marks))
          .allSatisfy(
              (version, pushes) ->
                  assertThat(pushes)
                      .as("pushes of istiod %s", version)
                      .singleElement()
                      .satisfies(push -> assertThat(push.cause()).contains("plain")));
    }
  }
}
