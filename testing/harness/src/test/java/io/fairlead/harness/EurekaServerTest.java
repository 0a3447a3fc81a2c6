package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@NeedsServer(EurekaServer.NAME)
class EurekaServerTest {
  @Test
  void pair_oneRestarted_learnsFromTheOther() {
    List<EurekaServer> pair = EurekaServer.pair();
    try (EurekaServer one = pair.get(0);
        EurekaServer other = pair.get(1)) {
      one.api().register(EurekaInstance.of("web", "a", "10.0.0.1", 80));
      awaitHash(other, "UP_1_");
      other.api().override("web", "a", "OUT_OF_SERVICE");
      awaitHash(one, "OUT_OF_SERVICE_1_");
      one.api().endOverride("web", "a", "UP");
      awaitHash(other, "UP_1_");

      one.kill();
      one.startAgain();

      // What is up: a server takes no others from its peer.
      awaitHash(one, "UP_1_");
      assertThat(one.api().renew("web", "a")).isTrue();
    }
  }

  @Test
  void login_tls_leases() {
    try (EurekaServer server =
        EurekaServer.builder()
            .tls(TestAuthority.create("eureka"))
            .login()
            .withoutSelfPreservation()
            .start()) {
      EurekaInstance instance =
          EurekaInstance.of("web", "a", "10.0.0.1", 80)
              .inAmazon("us-east-1c")
              .withMetadata(Map.of("zone", "z"));
      server
          .api()
          .registerAll(
              List.of(
                  instance,
                  EurekaInstance.of("web", "b", "10.0.0.2", 80).withLease(Duration.ofSeconds(1))));
      assertThat(server.api().get("/apps/WEB/a").path("instance").path("metadata").path("zone"))
          .hasToString("\"z\"");
      awaitHash(server, "UP_1_");

      server.api().deregister("web", "a");

      assertThat(server.api().renew("web", "a")).isFalse();
    }
  }

  private static void awaitHash(EurekaServer server, String hash) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.api().hash()).isEqualTo(hash));
  }
}
