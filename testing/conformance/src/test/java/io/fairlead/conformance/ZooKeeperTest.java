package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.DubboProvider;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A real ZooKeeper with real Dubbo providers, before a gateway and a real istiod. */
@NeedsServer({ZooKeeperServer.NAME, DubboProvider.NAME, "istiod-1.27.0"})
final class ZooKeeperTest {
  @Test
  void providers_reachIstiod_andNothingLeavesWhileZooKeeperIsAway() {
    try (ZooKeeperServer zooKeeper = ZooKeeperServer.start();
        DubboProvider first = provider(zooKeeper, "10.9.8.7");
        DubboProvider second = provider(zooKeeper, "10.9.8.8");
        WatchedGateway gateway =
            new WatchedGateway(
                "zookeeper", "addresses: [\"%s\"], settle: 5s".formatted(zooKeeper.address()));
        IstiodServer istiod =
            IstiodServer.builder("1.27.0").sources(gateway.process().source()).start()) {
      // An upper-case letter in its name gives the host a hash.
      String host = gateway.awaitServices(1).firstKey();
      String greeter = host.substring(0, host.length() - WatchedGateway.host("").length());
      gateway.awaitEndpoints(greeter, first.socket(), second.socket());
      istiod.awaitSynced();
      WatchedGateway.awaitEndpoints(istiod, "10.9.8.7", "10.9.8.8");
      second.stop();
      gateway.awaitEndpoints(greeter, first.socket());
      WatchedGateway.awaitEndpoints(istiod, "10.9.8.7");

      zooKeeper.kill();
      gateway.awaitProblem("connection refused");
      zooKeeper.startAgain();
      gateway.awaitUp();
      String added =
          URLEncoder.encode(
              "dubbo://10.9.8.9:20880/demo.Greeter?group=g1&version=1.0.0", StandardCharsets.UTF_8);
      zooKeeper.api().put("/dubbo/demo.Greeter/providers/" + added, "");
      gateway.awaitEndpoints(greeter, first.socket(), "10.9.8.9:20880");
      WatchedGateway.awaitEndpoints(istiod, "10.9.8.7", "10.9.8.9");

      assertThat(gateway.mesh().losses()).containsExactly(host + " " + second.socket());
      assertThat(istiod.refusalsSince(0)).isEmpty();
    }
  }

  private static DubboProvider provider(ZooKeeperServer zooKeeper, String address) {
    return DubboProvider.start("zookeeper://" + zooKeeper.address(), address, Map.of());
  }
}
