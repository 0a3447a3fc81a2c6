package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import org.junit.jupiter.api.Test;

/** A real Eureka before a gateway and a real istiod: it changes, is killed and comes back empty. */
@NeedsServer({EurekaServer.NAME, "istiod-1.27.0"})
final class EurekaTest {
  @Test
  void restartOfEureka_istiodKeepsWhatComesBack() {
    try (EurekaServer eureka = EurekaServer.started()) {
      EurekaInstance web = EurekaInstance.of("WEB", "a", "10.0.0.1", 8080);
      eureka.api().register(web);
      eureka.api().register(EurekaInstance.of("WEB", "b", "10.0.0.2", 8080));
      eureka.api().register(EurekaInstance.of("orders", "c", "10.0.0.3", 8080));
      String keys = "addresses: [\"%s\"], settle: 10s, keepEmpty: 1s".formatted(eureka.address());
      try (WatchedGateway gateway = new WatchedGateway("eureka", keys);
          IstiodServer istiod =
              IstiodServer.builder("1.27.0").sources(gateway.process().source()).start()) {
        gateway.awaitEndpoints("web", "10.0.0.1:8080", "10.0.0.2:8080");
        gateway.awaitEndpoints("orders", "10.0.0.3:8080");
        istiod.awaitSynced();
        WatchedGateway.awaitEndpoints(istiod, "10.0.0.1", "10.0.0.2", "10.0.0.3");
        eureka.api().register(EurekaInstance.of("orders", "c", "10.0.0.4", 8080));
        gateway.awaitEndpoints("orders", "10.0.0.4:8080");
        WatchedGateway.awaitEndpoints(istiod, "10.0.0.1", "10.0.0.2", "10.0.0.4");
        assertThat(gateway.mesh().losses()).containsExactly("orders.mesh 10.0.0.3:8080");

        eureka.kill();
        gateway.awaitProblem("does not answer");
        assertThat(gateway.mesh().losses()).hasSize(1);
        eureka.startAgain();
        eureka.api().register(web);
        gateway.awaitUp();

        // What did not register again leaves when its time is over.
        gateway.awaitGone("orders");
        gateway.awaitEndpoints("web", "10.0.0.1:8080");
        assertThat(gateway.mesh().losses())
            .contains("orders.mesh", "web.mesh 10.0.0.2:8080")
            .isSubsetOf(
                "orders.mesh 10.0.0.3:8080",
                "orders.mesh 10.0.0.4:8080",
                "orders.mesh",
                "web.mesh 10.0.0.2:8080");
        WatchedGateway.awaitEndpoints(istiod, "10.0.0.1");
        assertThat(istiod.refusalsSince(0)).isEmpty();
      }
    }
  }
}
