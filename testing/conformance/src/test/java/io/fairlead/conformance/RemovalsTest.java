package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests of real losses of a healthy Consul: small ones leave the mesh soon, large ones only after
 * the registry has kept reporting them, and nothing is held for ever. Case 5 of docs/registries.md.
 */
@NeedsServer("consul")
final class RemovalsTest {
  private static final int SERVICES = 30;
  private static final int LOST = 12;
  private static final Duration CONFIRM = Duration.ofSeconds(15);

  private final ConsulServer consul = ConsulServer.started();
  private final ConsulApi api = consul.api();

  RemovalsTest() {
    for (int i = 0; i < SERVICES; i++) {
      // The first ones are on a node of their own.
      api.register(i < LOST ? "doomed" : "safe", "s" + i + "-1", "s" + i, "10.0.0.1", 80);
    }
  }

  @AfterEach
  void stop() {
    consul.close();
  }

  private WatchedGateway gateway() {
    return new WatchedGateway(
        "consul",
        "addresses: [\"" + consul.address() + "\"], keepEmpty: 3s",
        "guard: {share: 0.3, atLeast: 10, confirmAfter: " + CONFIRM.toSeconds() + "s}");
  }

  @Test
  void oneServiceScaledToZero_isEmptiedAtOnceAndRemovedAfterKeepEmpty() {
    try (WatchedGateway gateway = gateway()) {
      gateway.awaitServices(SERVICES);
      api.deregister("safe", "s20-1");
      gateway.awaitEndpoints(Duration.ofSeconds(10), "s20");
      assertThat(guards(gateway)).isEmpty();
      gateway.awaitGone("s20");
      assertThat(gateway.mesh().losses()).containsExactly("s20.mesh 10.0.0.1:80", "s20.mesh");
      api.register("safe", "s20-2", "s20", "10.0.0.2", 80);
      gateway.awaitEndpoints("s20", "10.0.0.2:80");
    }
  }

  @Test
  void fortyPercentRemoved_areHeldShownAndThenBelieved() {
    try (WatchedGateway gateway = gateway()) {
      gateway.awaitServices(SERVICES);
      long removed = System.nanoTime();
      api.deregisterNode("doomed");
      Awaitility.await("a guard")
          .atMost(WatchedGateway.LIMIT)
          .until(() -> !guards(gateway).isEmpty());
      JsonNode guard = guards(gateway).path(0);
      assertThat(guard.path("registry").asText()).isEqualTo("consul");
      assertThat(guard.path("state").asText()).isEqualTo("holding");
      Awaitility.await("the rest of it held")
          .atMost(CONFIRM.dividedBy(2))
          .untilAsserted(
              () -> {
                JsonNode now = guards(gateway).path(0);
                // Consul's services are read one by one: what came before it was much is gone.
                assertThat(now.path("heldServices").asInt() + emptied(gateway))
                    .as("%s", now)
                    .isEqualTo(LOST);
              });
      assertThat(emptied(gateway)).isLessThan(10);
      GatewayProcess.Result shown =
          gateway.process().run("get", "guards", "--admin", gateway.process().adminUrl());
      assertThat(shown.out()).as(shown.err()).contains("consul");
      assertThat(gateway.process().metrics().sum("fairlead_guard_held")).isPositive();
      // What is new is not held.
      api.register("safe", "new-1", "new", "10.0.0.1", 80);
      gateway.awaitEndpoints("new", "10.0.0.1:80");
      assertThat(guards(gateway)).isNotEmpty();
      assertThat(emptied(gateway)).isLessThan(10);

      gateway.awaitServices(SERVICES - LOST + 1);
      assertThat(Duration.ofNanos(System.nanoTime() - removed)).isGreaterThan(CONFIRM);
      assertThat(guards(gateway)).isEmpty();
      for (int i = 0; i < SERVICES; i++) {
        assertThat(gateway.mesh().endpoints("s" + i + ".mesh")).hasSize(i < LOST ? 0 : 1);
      }
      gateway.awaitUp();
    }
  }

  /** How many of the services that were there have no endpoints now. */
  private static int emptied(WatchedGateway gateway) {
    int emptied = 0;
    for (int i = 0; i < SERVICES; i++) {
      emptied += gateway.mesh().endpoints("s" + i + ".mesh").isEmpty() ? 1 : 0;
    }
    return emptied;
  }

  private static JsonNode guards(WatchedGateway gateway) {
    return gateway.process().get("/api/v1/guards").path("items");
  }
}
