package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.DubboProvider;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real Dubbo 3 providers, by interface and by application. */
@NeedsServer({ZooKeeperServer.NAME, DubboProvider.NAME})
class DubboProviderTest {
  private static final String SERVICE = "dubbo/demo.Greeter:1.0.0:g1";

  @Test
  void providers_areMirroredByInterfaceAndByApplication_untilTheyStop() {
    try (ZooKeeperServer server = ZooKeeperServer.start();
        // Both registrations, with two protocols; the interfaces stay with the provider.
        DubboProvider both =
            DubboProvider.start(
                "zookeeper://" + server.address(),
                "10.9.8.7",
                Map.of("protocols", "dubbo,tri", "weight", "200"));
        // By application only; the interfaces are in the metadata centre.
        DubboProvider instanceOnly =
            DubboProvider.start(
                "zookeeper://" + server.address() + "?register-mode=instance",
                "10.9.8.8",
                Map.of("application", "second-app", "metadata", "remote", "protocols", "tri"));
        Mirroring byInterface = Mirroring.of(server, "").start();
        Mirroring byApplication =
            Mirroring.of(server, "").with("dubbo", DubboRegistrations.APPLICATION).start();
        Mirroring everything =
            Mirroring.of(server, "").with("dubbo", DubboRegistrations.BOTH).start()) {
      both.awaitUp();
      instanceOnly.awaitUp();

      Service greeter = byInterface.await(SERVICE, "10.9.8.7", "10.9.8.8");
      assertThat(greeter.instances())
          .extracting(instance -> instance.metadata().get("protocol"))
          .containsOnly("tri");
      assertThat(greeter.instances()).extracting(Instance::weight).containsOnly(200.0);
      assertThat(greeter.instances())
          .extracting(instance -> instance.metadata().get("application"))
          .containsExactlyInAnyOrder("greeter-app", "second-app");
      assertThat(greeter.instances())
          .allSatisfy(
              it -> assertThat(it.metadata()).doesNotContainKeys("timestamp", "pid", "methods"));
      assertThat(byInterface.sink().state()).hasSize(1);

      Service application = byApplication.await("services/greeter-app", "10.9.8.7");
      byApplication.await("services/second-app", "10.9.8.8");
      assertThat(application.instances().get(0).metadata().get("dubbo.endpoints"))
          .contains("\"protocol\":\"dubbo\"", "\"protocol\":\"tri\"");
      assertThat(byApplication.sink().state()).hasSize(2);
      everything.await(SERVICE, "10.9.8.7", "10.9.8.8");
      everything.await("services/greeter-app", "10.9.8.7");

      both.stop();
      byInterface.await(SERVICE, "10.9.8.8");
      byApplication.await("services/greeter-app");
      instanceOnly.stop();
      byInterface.await(SERVICE);
      everything.await("services/second-app");
    }
  }
}
