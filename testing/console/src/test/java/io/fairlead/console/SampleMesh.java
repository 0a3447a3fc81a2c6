package io.fairlead.console;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.ScriptedRegistry;
import io.fairlead.harness.StateClient;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.scripted.ScriptedRegistryFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A gateway with three registries and three istiods: one registry has 10,000 services, one cannot
 * be read, and one istiod refuses what it is sent. Confined to the thread of the test, but for what
 * the clients take.
 */
final class SampleMesh implements AutoCloseable {
  static final int MANY = 10_000;
  static final String HOSTILE = "<img src=x onerror=alert(1)>";
  static final String ROUTE = "a-route-with-a-name-that-is-as-long-as-names-of-resources-may";
  // Its name comes first, so that another VirtualService about its host has no effect.
  static final String MAX_NAME = "a".repeat(253);
  static final String DOCUMENT = "a-folder-that-somebody-called-so/" + ROUTE + ".yaml";
  private static final String[] SHOP = {
    "cart",
    "catalog",
    "checkout",
    "currency",
    "details",
    "mail",
    "payments",
    "prices",
    "ratings",
    "recommendations",
    "reviews",
    "search",
    "sessions",
    "shipping",
    "stock",
    "taxes",
    "users",
    "vouchers",
    "warehouse",
    "wishlist"
  };

  final ScriptedRegistry shop = ScriptedRegistry.start();
  final ScriptedRegistry bulk = ScriptedRegistry.start();
  final ScriptedRegistry legacy = ScriptedRegistry.start();
  final GatewayProcess gateway;
  private final List<StateClient> clients = new ArrayList<>();

  SampleMesh() {
    for (String name : SHOP) {
      shop.put(service("shop", name, "http", 3));
    }
    shop.put(withAnUnhealthyOne(service("shop", "vouchers", "http", 3)));
    shop.put(service("shop", HOSTILE, "http", 1));
    shop.put(service("shop", "without-a-port", instance("10.7.1.1", 0)));
    shop.put(service("shop", "odd-protocol", "<b>gopher</b>", 2));
    List<Service> many = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      many.add(service("team-" + i % 20, "svc-%05d".formatted(i), "tcp", 1));
    }
    many.forEach(bulk::putSilently);
    legacy.put(service("old", "mainframe", "tcp", 2));
    gateway = GatewayProcess.withAdapters(configuration(), List.of(scriptedJar()));
    writeDocuments();
    gateway.start().awaitReady();
    legacy.makeUnreachable();
    clients.add(istiod("istiod-7d9c5b6f4-x2x9p", "default", false));
    clients.add(istiod("istiod-canary-5f6c8d-q8m2k", "canary", false));
    clients.add(istiod("istiod-old-66f9b8-z7t4w", "default", true));
  }

  private void writeDocuments() {
    try {
      Path mesh = Files.createDirectories(gateway.folder().resolve("mesh"));
      Files.writeString(mesh.resolve("reviews.yaml"), route("reviews", "90"));
      Files.writeString(mesh.resolve("longest.yaml"), route(MAX_NAME, "90"));
      Files.createDirectories(mesh.resolve(DOCUMENT).getParent());
      Files.writeString(mesh.resolve(DOCUMENT), route(ROUTE, "ninety"));
      Files.writeString(mesh.resolve(HOSTILE + ".yaml"), "kind: [<b>\n");
      Path other = Files.createDirectories(gateway.folder().resolve("other"));
      Files.writeString(other.resolve("reviews.yaml"), route("reviews", "10"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String route(String name, String weight) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: shop}
        spec:
          hosts: [reviews.shop.shop]
          http:
          - route:
            - {destination: {host: reviews.shop.shop}, weight: %s}
        """
        .formatted(name, weight);
  }

  static Service service(String namespace, String name, String protocol, int instances) {
    List<Instance> all = new ArrayList<>();
    for (int i = 1; i <= instances; i++) {
      all.add(instance("10.7.0." + i, 8080));
    }
    return new Service(
        new ServiceId(namespace, "", name), Map.of(), Map.of("protocol", protocol), List.of(), all);
  }

  private static Service withAnUnhealthyOne(Service service) {
    List<Instance> all = new ArrayList<>(service.instances());
    Instance like = instance("10.7.0.4", 8080);
    all.add(
        new Instance(
            like.id(),
            like.address(),
            like.port(),
            like.weight(),
            Availability.UNHEALTHY,
            like.locality(),
            like.metadata()));
    return new Service(service.id(), service.variables(), service.metadata(), service.tags(), all);
  }

  private static Service service(String namespace, String name, Instance... instances) {
    return new Service(
        new ServiceId(namespace, "", name), Map.of(), Map.of(), List.of(), List.of(instances));
  }

  private static Instance instance(String address, int port) {
    return new Instance(
        address + ":" + port,
        address,
        port,
        1,
        Availability.READY,
        Locality.parse("eu-1/eu-1a"),
        Map.of("version", "v1"));
  }

  private StateClient istiod(String name, String revision, boolean refusing) {
    Node node =
        StateClient.node(Map.of("GENERATOR", "api", "ISTIO_REVISION", revision)).toBuilder()
            .setId(name + ".istio-system")
            .build();
    StateClient client =
        new StateClient(gateway.xdsAddress(), node) {
          @Override
          protected void received(DiscoveryResponse response) {
            if (refusing) {
              nack(response, "ServiceEntry shop/cart: admission denied: host <b>cart</b> is taken");
            } else {
              ack(response);
            }
          }
        };
    client.subscribe(StateClient.SERVICE_ENTRY);
    return client;
  }

  private String configuration() {
    return """
        # Written by the test of the console.
        xds: {address: "@xds@"}
        admin: {address: "@admin@"}
        store: {path: data/fairlead.db}
        guard: {share: 0.3, atLeast: 10, confirmAfter: 1h}
        rules:
        - {when: {service: [stock, taxes]},
           name: {host: supply.shop.shop, namespace: shop, merge: true}}
        registries:
        - {name: shop, type: scripted, address: "%s", retry: 50ms,
           host: "{service}.{namespace}.shop", namespace: "{namespace}"}
        - {name: bulk, type: scripted, address: "%s", retry: 50ms,
           host: "{service}.{namespace}.bulk", namespace: "{namespace}"}
        - {name: legacy, type: scripted, address: "%s", retry: 1h,
           host: "{service}.{namespace}.legacy", namespace: "{namespace}"}
        configs:
        - {name: mesh, type: file, path: mesh}
        - {name: other, type: file, path: other, priority: 50}
        """
        .formatted(shop.address(), bulk.address(), legacy.address());
  }

  private static Path scriptedJar() {
    try {
      return Path.of(
          ScriptedRegistryFactory.class
              .getProtectionDomain()
              .getCodeSource()
              .getLocation()
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The shop loses most of what it has, which is held. */
  void loseMost() {
    for (String name : List.of(SHOP).subList(0, 14)) {
      shop.remove(new ServiceId("shop", "", name));
    }
  }

  @Override
  public void close() {
    clients.forEach(StateClient::close);
    gateway.close();
    shop.close();
    bulk.close();
    legacy.close();
  }
}
