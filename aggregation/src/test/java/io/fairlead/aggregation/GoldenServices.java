package io.fairlead.aggregation;

import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Services with everything in them that becomes part of a ServiceEntry, in two registries. A change
 * here changes the golden file, too, so add rather than alter.
 */
final class GoldenServices {
  /** In both registries; the first has it. */
  private static final String SHARED = "shared";

  private GoldenServices() {}

  static RegistrySettings first() {
    return settings("first", 200, "http", Instant.parse("2001-01-01T00:00:00Z"));
  }

  static RegistrySettings second() {
    return settings("second", 100, "tcp", Instant.parse("2002-02-02T00:00:00Z"));
  }

  private static RegistrySettings settings(
      String name, int priority, String protocol, Instant createTime) {
    ConversionPolicy policy =
        ConversionPolicy.builder(name)
            .host(HostTemplate.parse("{service}.{namespace}.golden"))
            .namespace(HostTemplate.parse(name))
            .protocol(protocol)
            .exportTo(List.of(".", "istio-system"))
            .createTime(createTime)
            .build();
    return new RegistrySettings(name, priority, policy, Duration.ofHours(1));
  }

  static List<Service> ofFirst() {
    List<Service> services = new ArrayList<>();
    services.add(service("plain", at("10.0.0.1", 8080)));
    services.add(
        service("ports", at("10.0.1.1", 9090), at("10.0.1.2", 9090), at("10.0.1.3", 8080)));
    services.add(
        service(
            "weights",
            weighted("10.0.2.1", 0.5),
            weighted("10.0.2.2", 1),
            weighted("10.0.2.3", 2.25),
            weighted("10.0.2.4", 0),
            weighted("10.0.2.5", Double.NaN)));
    services.add(
        service(
            "localities",
            located("10.0.3.1", new Locality("east", "east-1", "rack-1")),
            located("10.0.3.2", new Locality("east", "east-2", "")),
            located("10.0.3.3", new Locality("west", "", "")),
            with("10.0.3.4", Map.of("region", "north", "zone", "north-1"))));
    services.add(
        service(
            "labels",
            with("10.0.4.1", Map.of("version", "v1", "app", "labels", "team", "blue")),
            with("10.0.4.2", Map.of("version", "v 2", "über/mäßig", "x", "istio.io/x", "y")),
            with("10.0.4.3", Map.of("a".repeat(80), "b".repeat(80), "empty", ""))));
    services.add(service("canary", with("10.0.5.1", Map.of("istio.io/rev", "canary"))));
    services.add(
        service(
            "revisions",
            with("10.0.5.2", Map.of("istio.io/rev", "canary,stable")),
            with("10.0.5.3", Map.of("istio.io/rev", "stable"))));
    services.add(
        service("six", at("fd00:0:0::6", 8080), at("[fd00::7]", 8080), at("10.0.6.1", 8080)));
    services.add(service("names", at("a.example.org", 443), at("B.example.org", 443)));
    services.add(service("grpc", with("10.0.7.1", Map.of("protocol", "grpc"))));
    services.add(
        new Service(
            new ServiceId("default", "", "tls"),
            Map.of(),
            Map.of("protocol", "https", "owner", "payments"),
            List.of("blue", "green"),
            List.of(at("10.0.7.2", 8443))));
    services.add(service("TITLE-INFO", at("10.0.8.1", 8080)));
    services.add(service("title-info", at("10.0.8.2", 8080)));
    services.add(service("İstanbul ığdır/Ünï_çødé ١٢٣", at("10.0.8.3", 8080)));
    services.add(service("long-" + "x".repeat(90), at("10.0.8.4", 8080)));
    services.add(
        service(
            "health",
            available("10.0.9.1", Availability.READY),
            available("10.0.9.2", Availability.UNHEALTHY),
            available("10.0.9.3", Availability.DISABLED),
            available("10.0.9.4", Availability.MAINTENANCE)));
    services.add(service("double", at("10.0.10.1", 80), at("10.0.10.1", 80)));
    List<Instance> many = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      many.add(weighted("10.1." + i % 7 + "." + i, i));
    }
    services.add(service("many", many.toArray(Instance[]::new)));
    services.add(service(SHARED, at("10.0.11.1", 8080)));
    services.add(emptied());
    services.add(
        service("drawn", at("10.0.13.1", 21001), at("10.0.13.2", 25002), at("10.0.13.3", 30003)));
    services.add(service("two-ports", at("10.0.13.4", 8081), at("10.0.13.5", 8080)));
    services.add(
        service(
            "one-canary",
            with("10.0.13.6", Map.of("istio.io/rev", "canary")),
            at("10.0.13.7", 8080)));
    services.add(
        service(
            "one-grpc",
            with("10.0.13.8", Map.of("protocol", "grpc")),
            at("10.0.13.9", 8080),
            at("10.0.13.10", 8080)));
    services.add(
        service(
            "one-address",
            at("a.example.org", 443),
            at("b.example.org", 443),
            at("10.0.13.11", 443)));
    services.add(service("no-names", available("c.example.org", Availability.UNHEALTHY)));
    services.add(service("udp", with("10.0.13.12", Map.of("protocol", "udp"))));
    services.add(service("owners-port", with("10.0.13.13", Map.of("service-port", "9000"))));
    return services;
  }

  static List<Service> ofSecond() {
    return List.of(
        service(SHARED, at("10.2.0.1", 8080)),
        service("other", at("10.2.0.2", 5432)),
        service("redis", with("10.2.0.3", Map.of("protocol", "redis"))));
  }

  /** One that is to lose its instances. */
  static Service emptied() {
    return service("emptied", at("10.0.12.1", 8080));
  }

  private static Service service(String name, Instance... instances) {
    return new Service(
        new ServiceId("default", "", name), Map.of(), Map.of(), List.of(), List.of(instances));
  }

  private static Instance at(String address, int port) {
    return instance(address, port, 1, Availability.READY, Locality.NONE, Map.of());
  }

  private static Instance weighted(String address, double weight) {
    return instance(address, 8080, weight, Availability.READY, Locality.NONE, Map.of());
  }

  private static Instance located(String address, Locality locality) {
    return instance(address, 8080, 1, Availability.READY, locality, Map.of());
  }

  private static Instance with(String address, Map<String, String> metadata) {
    return instance(address, 8080, 1, Availability.READY, Locality.NONE, metadata);
  }

  private static Instance available(String address, Availability availability) {
    return instance(address, 8080, 1, availability, Locality.NONE, Map.of());
  }

  private static Instance instance(
      String address,
      int port,
      double weight,
      Availability availability,
      Locality locality,
      Map<String, String> metadata) {
    return new Instance(
        address + ":" + port, address, port, weight, availability, locality, metadata);
  }
}
