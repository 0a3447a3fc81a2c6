package io.fairlead.conformance;

import io.fairlead.harness.ZooKeeperServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A real ZooKeeper with interfaces of Dubbo. Providers stay without a session, so that the end of
 * one takes nothing away that is expected.
 */
final class ZooKeeperRegistry extends MirroredRegistry {
  private final ZooKeeperServer server;

  ZooKeeperRegistry(ZooKeeperServer server) {
    super("zookeeper", WhenEmpty.STAYS);
    this.server = server;
  }

  @Override
  String configuration() {
    return """
        - name: zookeeper
          type: zookeeper
          addresses: ["%s"]
          host: "{service}.zookeeper"
          protocol: http
          keepEmpty: %s
        """
        .formatted(server.address(), keepEmpty());
  }

  @Override
  String namespace() {
    return "zookeeper";
  }

  @Override
  String host(String service) {
    return service + ".zookeeper";
  }

  @Override
  Map<String, String> labels(Registered instance) {
    return instance.labels();
  }

  @Override
  void write(String service, String id, Registered instance, Optional<Registered> before) {
    String node = node(service, instance);
    server.api().put(node, "");
    // The whole of a provider is its node's name.
    before
        .map(old -> node(service, old))
        .filter(old -> !old.equals(node))
        .ifPresent(server.api()::delete);
  }

  @Override
  void delete(String service, String id, Registered instance) {
    server.api().delete(node(service, instance));
  }

  private static String node(String service, Registered instance) {
    String url =
        "dubbo://%1$s:%2$d/%3$s?application=%3$s&dubbo=2.0.2&interface=%3$s&side=provider"
            .formatted(instance.address(), instance.port(), service);
    return "/dubbo/" + service + "/providers/" + URLEncoder.encode(url, StandardCharsets.UTF_8);
  }
}
