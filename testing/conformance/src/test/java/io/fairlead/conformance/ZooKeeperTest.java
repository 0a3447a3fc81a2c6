package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.DubboProvider;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A real ZooKeeper with real Dubbo providers, before a gateway and a real istiod. */
@NeedsServer({ZooKeeperServer.NAME, DubboProvider.NAME, "istiod-1.27.0"})
final class ZooKeeperTest {
  private static final String RULES = "/dubbo/config/dubbo/demo.Greeter:1.0.0:g1.configurators";

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

      // The provider applies it to itself: its node goes and another one comes.
      zooKeeper.api().put(RULES, weight(first.socket(), 8));
      awaitWeight(istiod, "10.9.8.7", 8);
      gateway.assertNothingLeft();
      zooKeeper.api().put(override(second.socket(), "disabled=true"), "");
      gateway.awaitEndpoints(greeter, first.socket());
      WatchedGateway.awaitEndpoints(istiod, "10.9.8.7");
      second.stop();

      zooKeeper.kill();
      gateway.awaitProblem("connection refused");
      zooKeeper.startAgain();
      gateway.awaitUp();
      String added = encoded("dubbo://10.9.8.9:20880/demo.Greeter?group=g1&version=1.0.0");
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

  private static String encoded(String url) {
    return URLEncoder.encode(url, StandardCharsets.UTF_8);
  }

  /** Returns a rule of Dubbo's console. */
  private static String weight(String socket, int weight) {
    return """
        configVersion: v2.7
        scope: service
        key: g1/demo.Greeter:1.0.0
        enabled: true
        configs:
        - addresses: ["%s"]
          side: provider
          type: weight
          enabled: true
          parameters: {weight: %d}
        """
        .formatted(socket, weight);
  }

  /** Returns the node of an override, as Dubbo has them without a console. */
  private static String override(String socket, String parameters) {
    return "/dubbo/demo.Greeter/configurators/"
        + encoded(
            "override://%s/demo.Greeter?category=configurators&dynamic=false&%s"
                .formatted(socket, "group=g1&version=1.0.0&" + parameters));
  }

  /** Waits until an istiod has an endpoint of 200 parts and this one of that many. */
  private static void awaitWeight(IstiodServer istiod, String address, int parts) {
    Awaitility.await(address + " with " + parts + " of 200 parts")
        .atMost(WatchedGateway.LIMIT)
        .untilAsserted(
            () -> {
              List<Double> weights = new ArrayList<>();
              for (JsonNode endpoint : istiod.serviceEntries().get(0).spec().path("endpoints")) {
                boolean isOne = endpoint.path("address").asText().equals(address);
                // One part is written by leaving the weight out.
                weights.add(
                    Math.max(1.0, endpoint.path("weight").asDouble()) / (isOne ? parts : 200));
              }
              assertThat(weights).hasSize(2);
              assertThat(Set.copyOf(weights)).hasSize(1);
            });
  }
}
