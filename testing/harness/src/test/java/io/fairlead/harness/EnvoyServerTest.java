package io.fairlead.harness;

import static io.fairlead.harness.TestEntry.endpoint;
import static io.fairlead.harness.TestEntry.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A source, a real istiod and a real Envoy: a request reaches the instance that is configured. */
@NeedsServer({"istiod-1.27.0", "envoy"})
final class EnvoyServerTest {
  private static final String CLUSTER = "outbound|8080||web.service.consul";

  @Test
  void request_followsAChangedEndpoint() {
    try (HttpInstance first = HttpInstance.start("first", "127.0.0.2");
        HttpInstance second = HttpInstance.start("second", "127.0.0.3");
        TestSource source = new TestSource(web("1", endpoint("127.0.0.2", first.port())));
        IstiodServer istiod =
            IstiodServer.builder("1.27.0")
                .sources(source.address())
                .forPlainEnvoy()
                .start()
                .awaitSynced();
        EnvoyServer envoy = EnvoyServer.start(istiod.grpcPort()).awaitReady()) {
      assertThat(envoy.request(CLUSTER, "/")).isEqualTo(new EnvoyServer.Answer(200, "first"));
      assertThat(envoy.request("outbound|8080||other.service.consul", "/").status()).isEqualTo(503);
      assertThat(envoy.hosts(CLUSTER))
          .containsExactly(new EnvoyServer.Host("127.0.0.2", first.port(), 1, ""));
      assertThat(envoy.configDump().toString()).contains(CLUSTER);
      istiod.awaitQuiet(Duration.ofMillis(500));
      long updates = envoy.stat("cluster_manager.cds.update_success");

      source.serve(web("2", endpoint("127.0.0.3", second.port())));

      await()
          .untilAsserted(
              () ->
                  assertThat(envoy.request(CLUSTER, "/"))
                      .isEqualTo(new EnvoyServer.Answer(200, "second")));
      assertThat(second.requests()).isEqualTo(1);
      assertThat(envoy.stat("cluster_manager.cds.update_success")).isEqualTo(updates);
    }
  }
}
