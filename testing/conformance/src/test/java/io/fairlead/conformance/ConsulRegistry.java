package io.fairlead.conformance;

import io.fairlead.harness.ConsulServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A real Consul. The metadata key of revisions is its own: Consul allows no dot or slash in one.
 */
final class ConsulRegistry extends MirroredRegistry {
  private static final String NODE = "node-1";
  private static final String REVISIONS = "istio-rev";

  private final ConsulServer server;
  private int notes;

  ConsulRegistry(ConsulServer server) {
    this(server, WhenEmpty.STAYS);
  }

  ConsulRegistry(ConsulServer server, WhenEmpty whenEmpty) {
    super("consul", whenEmpty);
    this.server = server;
  }

  @Override
  String configuration() {
    return """
        - name: consul
          type: consul
          priority: 300
          addresses: [%s]
          revisions: {label: %s}
          allowLoopback: true
          protocol: http
          keepEmpty: %s
        """
        .formatted(server.address(), REVISIONS, keepEmpty());
  }

  @Override
  String namespace() {
    return "consul";
  }

  @Override
  String host(String service) {
    return service + ".service.dc1.consul";
  }

  @Override
  Map<String, String> labels(Registered instance) {
    return instance.labels();
  }

  @Override
  void write(String service, String id, Registered instance, Optional<Registered> before) {
    if (before.isPresent() && !before.get().locality().equals(instance.locality())) {
      // Consul takes a registration that differs in nothing but the locality for the same.
      delete(service, id, instance);
    }
    Map<String, String> meta = new TreeMap<>(instance.labels());
    if (!instance.revisions().isEmpty()) {
      meta.put(REVISIONS, instance.revisions());
    }
    Map<String, Object> definition = new LinkedHashMap<>();
    definition.put("ID", service + "-" + id);
    definition.put("Service", service);
    definition.put("Address", instance.address());
    definition.put("Port", instance.port());
    definition.put("Meta", meta);
    long weight = Math.round(instance.weight());
    definition.put("Weights", Map.of("Passing", weight, "Warning", weight));
    if (!instance.locality().isEmpty()) {
      definition.put("Locality", Map.of("Region", instance.region(), "Zone", instance.zone()));
    }
    Map<String, Object> check =
        Map.of(
            "CheckID",
            "check-" + service + "-" + id,
            "Name",
            "check",
            "ServiceID",
            service + "-" + id,
            "Status",
            instance.healthy() ? "passing" : "critical",
            // So that Consul's index rises even where nothing else changed.
            "Output",
            "note " + notes++);
    server
        .api()
        .register(
            Json.of(
                Map.of(
                    "Node", NODE, "Address", "10.99.0.1", "Service", definition, "Check", check)));
  }

  @Override
  void delete(String service, String id, Registered instance) {
    server.api().deregister(NODE, service + "-" + id);
  }
}
