package io.fairlead.conformance;

import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A real Eureka. Nobody renews the leases, which outlast every test. */
final class EurekaRegistry extends MirroredRegistry {
  private static final Duration LEASE = Duration.ofHours(12);

  private final EurekaServer server;

  EurekaRegistry(EurekaServer server) {
    super("eureka", WhenEmpty.STAYS);
    this.server = server;
  }

  @Override
  String configuration() {
    return """
        - name: eureka
          type: eureka
          addresses: ["%s"]
          host: "{service}.eureka"
          protocol: http
          keepEmpty: %s
        """
        .formatted(server.address(), keepEmpty());
  }

  @Override
  String namespace() {
    return "eureka";
  }

  @Override
  String host(String service) {
    return service + ".eureka";
  }

  @Override
  Map<String, String> labels(Registered instance) {
    return instance.labels();
  }

  @Override
  void write(String service, String id, Registered instance, Optional<Registered> before) {
    server
        .api()
        .register(
            EurekaInstance.of(service, service + "-" + id, instance.address(), instance.port())
                .withLease(LEASE)
                .withMetadata(instance.labels()));
  }

  @Override
  void delete(String service, String id, Registered instance) {
    server.api().deregister(service, service + "-" + id);
  }
}
