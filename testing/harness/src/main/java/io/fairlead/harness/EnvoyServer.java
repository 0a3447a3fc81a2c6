package io.fairlead.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A real Envoy that takes its clusters and endpoints from an istiod, as a sidecar does. Its one
 * listener sends a request to the cluster that the header {@code x-cluster} names, as istiod's own
 * listeners need filters that only Istio's build of Envoy has; for the same reason the istiod must
 * be made with {@link IstiodServer.Builder#forPlainEnvoy()}. Thread-safe.
 */
public final class EnvoyServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // The ports in the bootstrap are those for a start by hand.
  private static final String ADMIN_PORT = "port_value: 25900";
  private static final String ISTIOD_PORT = "port_value: 25010";
  private static final String LISTENER_PORT = "port_value: 25800";

  private final TempFolder folder;
  private final ServerProcess process;
  // As a sidecar has it: requests go where istiod's routes send their host.
  private static final String ROUTED_LISTENER =
      """
        - name: routed
          address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
          filter_chains:
          - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: routed
                rds: {route_config_name: "%2$d", config_source: {ads: {}, resource_api_version: V3}}
                http_filters: [{name: envoy.filters.http.router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
      """;

  private final HttpPort admin;
  private final HttpPort listener;
  private final int routedPort;

  private EnvoyServer(int istiodPort, int routesOfPort) {
    Path binary = Binaries.require("envoy");
    int adminPort = FreePorts.next();
    int listenerPort = FreePorts.next();
    this.admin = new HttpPort(adminPort);
    this.listener = new HttpPort(listenerPort);
    String bootstrap =
        replaced(
            bootstrap(),
            Map.of(ADMIN_PORT, adminPort, ISTIOD_PORT, istiodPort, LISTENER_PORT, listenerPort));
    this.routedPort = routesOfPort == 0 ? 0 : FreePorts.next();
    if (routesOfPort != 0) {
      bootstrap += ROUTED_LISTENER.formatted(routedPort, routesOfPort);
    }
    this.folder = TempFolder.create("envoy");
    Path config = folder.write("envoy.yaml", bootstrap);
    this.process =
        ServerProcess.start(
            "envoy",
            folder.path(),
            Map.of(),
            List.of(
                binary.toString(),
                "-c",
                config.toString(),
                "--concurrency",
                "1",
                // Otherwise two Envoys on one machine take each other for parent and child.
                "--disable-hot-restart"));
  }

  /**
   * One answer to a request through Envoy.
   *
   * @param status the HTTP status; 503 also where the cluster is unknown or has no endpoint
   * @param body the body
   */
  public record Answer(int status, String body) {}

  /**
   * An endpoint that Envoy uses.
   *
   * @param address its IP
   * @param port its port
   * @param weight its weight within its locality
   * @param zone the zone of its locality, empty for none
   */
  public record Host(String address, int port, int weight, String zone) {}

  /**
   * Starts an Envoy whose control plane is an istiod.
   *
   * @param istiodPort {@link IstiodServer#grpcPort()}
   */
  public static EnvoyServer start(int istiodPort) {
    return new EnvoyServer(istiodPort, 0);
  }

  /**
   * Starts an Envoy that also follows the routes which istiod gives sidecars for HTTP services of a
   * port, for {@link #requestTo}.
   *
   * @param istiodPort {@link IstiodServer#grpcPort()}
   * @param servicePort such as 80
   */
  public static EnvoyServer startWithRoutes(int istiodPort, int servicePort) {
    return new EnvoyServer(istiodPort, servicePort);
  }

  /** Waits until it has had its first clusters and answers requests. */
  public EnvoyServer awaitReady() {
    process.awaitLine("all dependencies initialized. starting workers", LIMIT);
    // The line comes before the first worker listens.
    listener.awaitOpen(LIMIT);
    return this;
  }

  /**
   * Sends a GET to a service.
   *
   * @param cluster such as {@code outbound|8080||web.service.consul}
   * @param path such as {@code /}
   */
  public Answer request(String cluster, String path) {
    HttpResponse<String> response = listener.get(path, "x-cluster", cluster);
    return new Answer(response.statusCode(), response.body());
  }

  /**
   * Sends a GET to a host, by istiod's routes; only with {@link #startWithRoutes}.
   *
   * @return the HTTP status; 404 where no route has the host
   */
  public int requestTo(String host) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), routedPort)) {
      socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + host, e);
    }
  }

  /** Returns the endpoints of a cluster; empty if it has none or is unknown. */
  public List<Host> hosts(String cluster) {
    List<Host> hosts = new ArrayList<>();
    for (JsonNode status : clusters().path("cluster_statuses")) {
      if (status.path("name").asText().equals(cluster)) {
        for (JsonNode host : status.path("host_statuses")) {
          JsonNode socket = host.path("address").path("socket_address");
          hosts.add(
              new Host(
                  socket.path("address").asText(),
                  socket.path("port_value").asInt(),
                  host.path("weight").asInt(),
                  host.path("locality").path("zone").asText()));
        }
      }
    }
    return Collections.unmodifiableList(hosts);
  }

  /** Returns the admin page {@code /clusters}. */
  public JsonNode clusters() {
    return admin.json("/clusters?format=json");
  }

  /** Returns the admin page {@code /config_dump}, endpoints included. */
  public JsonNode configDump() {
    return admin.json("/config_dump?include_eds");
  }

  /**
   * Returns a counter or gauge of {@code /stats}, such as {@code cluster_manager.cluster_updated}.
   */
  public long stat(String name) {
    for (JsonNode stat : admin.json("/stats?format=json").path("stats")) {
      if (stat.path("name").asText().equals(name)) {
        return stat.path("value").asLong();
      }
    }
    throw new AssertionError("stat: " + name + " (expected: one that Envoy has)");
  }

  /** Returns the process, for its log. */
  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
    folder.close();
  }

  private static String bootstrap() {
    Path file = Binaries.root().resolve("testing/conformance/servers/envoy/envoy.yaml");
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static String replaced(String template, Map<String, Integer> ports) {
    String result = template;
    for (Map.Entry<String, Integer> port : ports.entrySet()) {
      if (!template.contains(port.getKey())) {
        throw new IllegalStateException("envoy.yaml: no '" + port.getKey() + "' (expected: one)");
      }
      result = result.replace(port.getKey(), "port_value: " + port.getValue());
    }
    return result;
  }
}
