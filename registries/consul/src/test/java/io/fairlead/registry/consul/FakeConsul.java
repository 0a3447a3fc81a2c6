package io.fairlead.registry.consul;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that speaks as much of Consul's HTTP API as an adapter uses, for faults that no real
 * Consul shows when asked: answers cut short, indexes that fall, rate limits, a leader that goes.
 * Thread-safe.
 */
final class FakeConsul implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  // Guarded by this.
  private final Map<String, Integer> services = new TreeMap<>();
  private final List<HttpServerRequest> blocked = new ArrayList<>();
  private long index = 1000;
  private long created = 1;
  private boolean holdsServers = true;
  private String emptyUnlessConsistent = "";
  private String leader = "127.0.0.1:8300";
  private Optional<Fault> fault = Optional.empty();

  /**
   * An answer given in place of the true one.
   *
   * @param path requests whose path begins so
   * @param body empty closes the connection in the middle of the answer
   */
  record Fault(String path, int status, Optional<String> body) {}

  FakeConsul() {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(this::handle);
    server.listen().toCompletionStage().toCompletableFuture().join();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** A service has that many instances; none takes it from the catalog. */
  synchronized void set(String service, int instances) {
    services.put(service, instances);
    services.values().removeIf(count -> count == 0);
    to(index + 1);
  }

  /** The same, and the index is now this one, lower or higher. */
  synchronized void setAt(long now, String service, int instances) {
    services.put(service, instances);
    services.values().removeIf(count -> count == 0);
    to(now);
  }

  /**
   * Ends every wait early, with the state and index of before, and in the same moment something is
   * written: as after a restore that a registration followed at once, or under a limit of waits.
   *
   * @param anew whether instances were created again by it, as they are after a restore
   */
  synchronized void endWaitsAsThisChanges(String service, int instances, boolean anew) {
    wake();
    index++;
    created = anew ? index : created;
    services.put(service, instances);
  }

  /** Everything is gone, Consul's own service, too, or not. */
  synchronized void clear(boolean serversToo) {
    services.clear();
    holdsServers = !serversToo;
    to(index + 1);
  }

  /** The index is now this one; who waits is answered. */
  synchronized void to(long now) {
    index = now;
    wake();
  }

  synchronized void leader(String address) {
    leader = address;
  }

  /** Answers so from now on; who waits is answered so, too. */
  synchronized void fail(String path, int status, Optional<String> body) {
    fault = Optional.of(new Fault(path, status, body));
    wake();
  }

  /** Answers the truth again. */
  synchronized void heal() {
    fault = Optional.empty();
    emptyUnlessConsistent = "";
  }

  /** Of this service nothing is there for who does not ask in mode consistent. */
  synchronized void emptyUnlessConsistent(String service) {
    emptyUnlessConsistent = service;
    to(index + 1);
  }

  synchronized long index() {
    return index;
  }

  /** The requests so far: path and query. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void wake() {
    List<HttpServerRequest> waiting = List.copyOf(blocked);
    blocked.clear();
    waiting.forEach(this::answer);
  }

  private synchronized void handle(HttpServerRequest request) {
    requests.add(request.uri());
    String waitsFor = request.getParam("index");
    boolean faulty = fault.isPresent() && request.path().startsWith(fault.get().path());
    if (waitsFor != null && Long.parseLong(waitsFor) >= index && !faulty) {
      blocked.add(request);
      vertx.setTimer(waitMillis(request), timer -> timeout(request));
    } else {
      answer(request);
    }
  }

  private static long waitMillis(HttpServerRequest request) {
    String wait = request.getParam("wait");
    if (!wait.endsWith("ms")) {
      throw new IllegalArgumentException("wait: " + wait + " (expected: milliseconds)");
    }
    return Long.parseLong(wait.substring(0, wait.length() - 2));
  }

  /** As Consul does, even if the index is lower than the one that is waited for. */
  private synchronized void timeout(HttpServerRequest request) {
    if (blocked.remove(request)) {
      answer(request);
    }
  }

  /** How many requests wait for a change. */
  synchronized int waiting() {
    return blocked.size();
  }

  private synchronized void answer(HttpServerRequest request) {
    if (fault.isPresent() && request.path().startsWith(fault.get().path())) {
      request.response().setStatusCode(fault.get().status());
      if (fault.get().body().isEmpty()) {
        request.response().putHeader("X-Consul-Index", Long.toString(index)).setChunked(true);
        request.response().write("[{\"Node\":").onComplete(sent -> request.connection().close());
        return;
      }
      request.response().putHeader("X-Consul-Index", Long.toString(index));
      request.response().end(fault.get().body().get());
      return;
    }
    request.response().putHeader("X-Consul-Index", Long.toString(index)).end(body(request));
  }

  private String body(HttpServerRequest request) {
    String path = request.path();
    if (path.equals("/v1/status/leader")) {
      return "\"" + leader + "\"";
    }
    if (path.startsWith("/v1/health/state/") || path.equals("/v1/catalog/nodes")) {
      return "[]";
    }
    if (path.equals("/v1/acl/token/self")) {
      return "{}";
    }
    if (path.equals("/v1/catalog/services")) {
      List<String> names = new ArrayList<>();
      services.keySet().forEach(name -> names.add("\"" + name + "\":[]"));
      if (holdsServers) {
        names.add("\"consul\":[]");
      }
      return "{" + String.join(",", names) + "}";
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.equals(emptyUnlessConsistent) && request.getParam("consistent") == null) {
      return "[]";
    }
    List<String> instances = new ArrayList<>();
    for (int i = 0; i < services.getOrDefault(name, 0); i++) {
      instances.add(
          """
          {"Node":{"Node":"n%d","Address":"10.0.0.%d","Datacenter":"dc1"},
           "Service":{"ID":"%s-%d","Service":"%s","Port":80,"CreateIndex":%d},"Checks":[]}"""
              .formatted(i, i + 1, name, i, name, created));
    }
    return "[" + String.join(",", instances) + "]";
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
