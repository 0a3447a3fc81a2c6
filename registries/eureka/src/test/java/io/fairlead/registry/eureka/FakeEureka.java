package io.fairlead.registry.eureka;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that speaks as much of Eureka's REST API as an adapter uses, for faults that no real one
 * shows when asked: changes that are lost, hash codes that do not fit, answers of others.
 * Thread-safe.
 */
final class FakeEureka implements AutoCloseable {
  private final HttpServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  // Guarded by this.
  private final Map<String, String> instances = new TreeMap<>();
  private final Map<String, String> changes = new LinkedHashMap<>();
  private final Map<String, Fault> faults = new TreeMap<>();
  private Optional<String> hash = Optional.empty();
  private long now = 1000;

  /** An answer given in place of the true one. */
  private record Fault(int status, String body) {}

  FakeEureka() {
    try {
      server =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getByName("127.0.0.1"), FreePorts.next()), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/eureka", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/eureka");
  }

  /** An instance {@code APP/ID} is up on this port; the changes say so. */
  synchronized void up(String instance, int port) {
    upInSilence(instance, port);
    changes.put(instance, instances.getOrDefault(instance, ""));
  }

  /** The same, and the changes say nothing of it. */
  synchronized void upInSilence(String instance, int port) {
    instances.put(instance, json(instance, port, "ADDED"));
  }

  /** An instance is gone; the changes say so. */
  synchronized void gone(String instance) {
    instances.remove(instance);
    changes.put(instance, json(instance, 1, "DELETED"));
  }

  /** An instance is gone, and the changes never say so. */
  synchronized void goneInSilence(String instance) {
    instances.remove(instance);
    changes.remove(instance);
  }

  /** The changes have another hash code than that of what is there. */
  synchronized void hash(String other) {
    hash = Optional.of(other);
  }

  /** Requests for this path are answered so from now on. */
  synchronized void fail(String path, int status, String body) {
    faults.put(path, new Fault(status, body));
  }

  /** Answers the truth again. */
  synchronized void heal() {
    faults.clear();
    hash = Optional.empty();
  }

  /** Returns how often a path was asked for. */
  long count(String path) {
    return requests.stream().filter(path::equals).count();
  }

  private synchronized String json(String instance, int port, String action) {
    String[] parts = instance.split("/");
    return """
        {"instanceId":"%s","app":"%s","ipAddr":"10.0.0.1","status":"UP","port":{"$":%d,"@enabled":"true"},\
        "lastUpdatedTimestamp":"%d","actionType":"%s"}"""
        .formatted(parts[1], parts[0], port, now++, action);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring("/eureka".length());
    requests.add(path);
    Fault answer;
    synchronized (this) {
      answer = faults.getOrDefault(path, new Fault(200, body(path.endsWith("delta"))));
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String body(boolean delta) {
    Map<String, String> apps = new LinkedHashMap<>();
    (delta ? changes : instances)
        .forEach(
            (instance, json) ->
                apps.merge(instance.split("/")[0], json, (one, other) -> one + "," + other));
    String all = instances.isEmpty() ? "" : "UP_" + instances.size() + "_";
    StringBuilder body = new StringBuilder("{\"applications\":{\"apps__hashcode\":\"");
    body.append(hash.orElse(all)).append("\",\"application\":[");
    String comma = "";
    for (Map.Entry<String, String> app : apps.entrySet()) {
      body.append(comma).append("{\"name\":\"").append(app.getKey()).append("\",\"instance\":[");
      body.append(app.getValue()).append("]}");
      comma = ",";
    }
    return body.append("]}}").toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
