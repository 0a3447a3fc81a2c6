package io.fairlead.conformance;

import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A real Nacos. */
final class NacosRegistry extends MirroredRegistry {
  private final NacosServer server;

  NacosRegistry(NacosServer server) {
    this(server, WhenEmpty.STAYS);
  }

  NacosRegistry(NacosServer server, WhenEmpty whenEmpty) {
    this("nacos", server, whenEmpty);
  }

  NacosRegistry(String name, NacosServer server) {
    this(name, server, WhenEmpty.STAYS);
  }

  private NacosRegistry(String name, NacosServer server, WhenEmpty whenEmpty) {
    super(name, whenEmpty);
    this.server = server;
  }

  @Override
  String configuration() {
    return """
        - name: %1$s
          type: nacos
          priority: 200
          addresses: ["%2$s"]
          host: "{service}.%1$s"
          allowLoopback: true
          protocol: http
          keepEmpty: %3$s
        """
        .formatted(name(), server.address(), keepEmpty());
  }

  @Override
  String namespace() {
    return "nacos";
  }

  @Override
  String host(String service) {
    return service + "." + name();
  }

  @Override
  Map<String, String> labels(Registered instance) {
    Map<String, String> labels = new TreeMap<>(instance.labels());
    // Nacos has no place of its own for the locality: it is metadata, and thus labels, too.
    if (!instance.region().isEmpty()) {
      labels.put("region", instance.region());
    }
    if (!instance.zone().isEmpty()) {
      labels.put("zone", instance.zone());
    }
    return labels;
  }

  @Override
  void write(String service, String id, Registered instance, Optional<Registered> before) {
    NacosInstance now = nacosInstance(service, instance);
    server.api().register(now);
    // Address and port are an instance's identity in Nacos.
    before
        .map(old -> nacosInstance(service, old))
        .filter(old -> !old.ip().equals(now.ip()) || old.port() != now.port())
        .ifPresent(server.api()::deregister);
  }

  @Override
  void delete(String service, String id, Registered instance) {
    server.api().deregister(nacosInstance(service, instance));
  }

  private NacosInstance nacosInstance(String service, Registered instance) {
    Map<String, String> metadata = new TreeMap<>(labels(instance));
    if (!instance.revisions().isEmpty()) {
      metadata.put("istio.io/rev", instance.revisions());
    }
    return NacosInstance.of(service, instance.address(), instance.port())
        .withWeight(instance.weight())
        .withHealthy(instance.healthy())
        .withMetadata(metadata);
  }
}
