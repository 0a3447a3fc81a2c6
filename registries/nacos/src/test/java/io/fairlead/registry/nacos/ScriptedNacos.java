package io.fairlead.registry.nacos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A server that answers as the admin API of Nacos 3.x, for what a real one does not do on demand:
 * services of one instance each, which differ in their weight.
 */
final class ScriptedNacos implements AutoCloseable {
  /** The weight of each service. */
  final Map<ServiceId, Double> weights = new ConcurrentHashMap<>();

  /** The namespaces whose whole reads are refused. */
  final Set<String> refused = ConcurrentHashMap.newKeySet();

  private final List<String> namespaces;
  private final HttpServer server;
  private int emptyReads;

  ScriptedNacos(List<String> namespaces) {
    this.namespaces = namespaces;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError("no server", e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  static ServiceId id(String namespace, String service) {
    return new ServiceId(namespace, "DEFAULT_GROUP", service);
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Lets this many whole reads find nothing, as after a restart. */
  synchronized void forgetFor(int reads) {
    emptyReads = reads;
  }

  private synchronized boolean isEmpty(boolean whole) {
    boolean empty = emptyReads > 0;
    if (empty && whole) {
      emptyReads--;
    }
    return empty;
  }

  private void answer(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String namespace = query.getOrDefault("namespaceId", "");
    boolean whole = "true".equals(query.get("withInstances"));
    boolean permitted = !whole || !refused.contains(namespace);
    String data =
        switch (exchange.getRequestURI().getPath()) {
          case "/nacos/v3/admin/core/namespace/list" ->
              namespaces.stream()
                  .map("{\"namespace\":\"%s\"}"::formatted)
                  .collect(Collectors.joining(",", "[", "]"));
          case "/nacos/v3/admin/ns/service/list" -> services(namespace, whole);
          case "/nacos/v3/admin/ns/service" -> "{\"clusterMap\":{\"DEFAULT\":{}}}";
          case "/nacos/v3/admin/ns/instance/list" ->
              "[" + instance(id(namespace, query.getOrDefault("serviceName", ""))) + "]";
          default -> "null";
        };
    byte[] body =
        (permitted
                ? "{\"code\":0,\"message\":\"success\",\"data\":" + data + "}"
                : "{\"code\":403,\"message\":\"no right\"}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(permitted ? 200 : 403, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      Arrays.stream(raw.split("&"))
          .map(part -> part.split("=", 2))
          .forEach(part -> query.put(part[0], URLDecoder.decode(part[1], StandardCharsets.UTF_8)));
    }
    return query;
  }

  private String services(String namespace, boolean whole) {
    Map<ServiceId, Double> there = isEmpty(whole) ? Map.of() : Map.copyOf(weights);
    List<String> items =
        there.keySet().stream()
            .filter(id -> id.namespace().equals(namespace))
            .map(id -> service(id, whole))
            .toList();
    return "{\"totalCount\":" + items.size() + ",\"pageItems\":" + items + "}";
  }

  private String service(ServiceId id, boolean whole) {
    return whole
        ? """
          {"serviceName":"%s","groupName":"DEFAULT_GROUP","clusterMap":
           {"DEFAULT":{"hosts":[%s]}}}"""
            .formatted(id.name(), instance(id))
        : """
          {"name":"%s","groupName":"DEFAULT_GROUP","ipCount":1,"healthyInstanceCount":1,
           "triggerFlag":"false"}"""
            .formatted(id.name());
  }

  private String instance(ServiceId id) {
    double weight = weights.getOrDefault(id, 1.0);
    return "{\"ip\":\"10.0.0.1\",\"port\":80,\"weight\":" + weight + "}";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
