package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.EnvoyServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.HttpInstance;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Requests through a real Envoy behind a real istiod, shared between two subsets of a service of a
 * real Nacos as a VirtualService in a real Consul says.
 */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "envoy"})
final class RoutesFromConsulTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String HOST = "orders.nacos";
  private static final int REQUESTS = 1000;

  private static String routes(String first, String second) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: orders}
        spec:
          hosts: [orders.nacos]
          http:
          - route:
            - {destination: {host: orders.nacos, subset: v1}, weight: %s}
            - {destination: {host: orders.nacos, subset: v2}, weight: %s}
        """
        .formatted(first, second);
  }

  private static final String SUBSETS =
      """
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: {name: orders}
      spec:
        host: orders.nacos
        subsets:
        - {name: v1, labels: {version: v1}}
        - {name: v2, labels: {version: v2}}
      """;

  private static void register(NacosServer nacos, HttpInstance instance, String version) {
    nacos
        .api()
        .register(
            NacosInstance.of("orders", instance.address(), instance.port())
                .withMetadata(Map.of("version", version)));
  }

  /** The share of requests that the second instance gets. */
  private static double share(EnvoyServer envoy, HttpInstance second) {
    long before = second.requests();
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(envoy.requestTo(HOST)).isEqualTo(200);
    }
    return (second.requests() - before) / (double) REQUESTS;
  }

  @Test
  void requests_areSharedAsTheKeySays_alsoWhenAnEditIsBroken() {
    try (NacosServer nacos = NacosServer.start();
        ConsulServer consul = ConsulServer.started();
        HttpInstance first = HttpInstance.start("first", "127.0.0.21");
        HttpInstance second = HttpInstance.start("second", "127.0.0.22");
        GatewayProcess gateway =
            GatewayProcess.of(
                """
                xds: {address: @xds@}
                admin: {address: @admin@}
                registries:
                - name: nacos
                  type: nacos
                  addresses: ["%s"]
                  host: "{service}.nacos"
                  allowLoopback: true
                  protocol: http
                  port: 80
                configs:
                - {name: kv, type: consul, prefix: mesh/, addresses: ["%s"]}
                """
                    .formatted(nacos.address(), consul.address()))) {
      register(nacos, first, "v1");
      register(nacos, second, "v2");
      consul.api().putKey("mesh/orders/subsets", SUBSETS);
      consul.api().putKey("mesh/orders/routes", routes("90", "10"));
      gateway.start().awaitReady();
      try (IstiodServer istiod =
              IstiodServer.builder(Istiods.NEWEST)
                  .sources(gateway.source())
                  .forPlainEnvoy()
                  .start()
                  .awaitSynced();
          EnvoyServer envoy = EnvoyServer.startWithRoutes(istiod.grpcPort(), 80)) {
        envoy.awaitReady();
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  assertThat(envoy.hosts("outbound|80|v1|" + HOST)).hasSize(1);
                  assertThat(envoy.hosts("outbound|80|v2|" + HOST)).hasSize(1);
                  assertThat(envoy.requestTo(HOST)).isEqualTo(200);
                });
        assertThat(share(envoy, second)).isBetween(0.06, 0.14);

        consul.api().putKey("mesh/orders/routes", routes("50", "50"));
        await()
            .atMost(LIMIT)
            .untilAsserted(() -> assertThat(share(envoy, second)).isBetween(0.44, 0.56));

        int mark = istiod.mark();
        consul.api().putKey("mesh/orders/routes", routes("50", "fifty"));
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    gateway
                        .get("/api/v1/configs")
                        .path("items")
                        .path(0)
                        .path("problems")
                        .path(0)
                        .path("text")
                        .asText()
                        .startsWith("fifty (expected: "));
        assertThat(share(envoy, second)).isBetween(0.44, 0.56);
        assertThat(istiod.pushesSince(mark)).isEmpty();
        assertThat(istiod.refusalsSince(0)).isEmpty();
      }
    }
  }
}
