package io.fairlead.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * The REST API of a Eureka server as a test needs it: each call has returned when the server has
 * taken the change, and throws {@link AssertionError} with the server's answer when it refused.
 * Thread-safe.
 */
public final class EurekaApi {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_ONCE = 16;

  private final URI address;
  private final HttpClient http;
  private final Map<String, String> headers;

  /**
   * @param address the server with its path, such as {@code http://127.0.0.1:8761/eureka}
   * @param http the client of a server with TLS has its files
   * @param headers sent with each request, such as a login
   */
  EurekaApi(URI address, HttpClient http, Map<String, String> headers) {
    this.address = address;
    this.http = http;
    this.headers = Map.copyOf(headers);
  }

  /** Registers an instance; one of the same id is replaced. */
  public void register(EurekaInstance instance) {
    call("POST", "/apps/" + encode(instance.app()), json(instance));
  }

  /** Registers many instances, several at a time. */
  public void registerAll(Collection<EurekaInstance> instances) {
    Semaphore places = new Semaphore(AT_ONCE);
    CompletableFuture<?>[] all =
        instances.stream()
            .map(
                instance -> {
                  String path = "/apps/" + encode(instance.app());
                  HttpRequest request = request("POST", path, json(instance));
                  places.acquireUninterruptibly();
                  return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                      .thenAccept(answer -> check(request, answer))
                      .whenComplete((done, failure) -> places.release());
                })
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(all).join();
  }

  /** Renews an instance's lease; whether the server knows the instance. */
  public boolean renew(String app, String id) {
    HttpRequest request = request("PUT", path(app, id), "");
    HttpResponse<String> answer = exchange(request);
    if (answer.statusCode() == 404) {
      return false;
    }
    check(request, answer);
    return true;
  }

  /** Overrides the status of an instance, as an operator does. */
  public void override(String app, String id, String status) {
    call("PUT", path(app, id) + "/status?value=" + status, "");
  }

  /** Ends the override of a status; the instance then has this one until it says another. */
  public void endOverride(String app, String id, String status) {
    call("DELETE", path(app, id) + "/status?value=" + status, "");
  }

  /** Cancels an instance's registration; nothing happens if the server does not know it. */
  public void deregister(String app, String id) {
    HttpRequest request = request("DELETE", path(app, id), "");
    HttpResponse<String> answer = exchange(request);
    if (answer.statusCode() != 404) {
      check(request, answer);
    }
  }

  /** Returns what the server answers to a GET of a path below its own, such as {@code /apps}. */
  public JsonNode get(String path) {
    String body = call("GET", path, "");
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("GET " + address + path + ": no JSON: " + body, e);
    }
  }

  /**
   * Deregisters what a read of everything shows, until it shows nothing. The server's cache keeps
   * an answer that was being made while something changed, until it expires.
   */
  public void clear() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    JsonNode apps = apps();
    while (!apps.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("GET " + address + "/apps: " + apps + " (expected: nothing)");
      }
      for (JsonNode app : apps) {
        for (JsonNode instance : app.path("instance")) {
          deregister(instance.path("app").asText(), instance.path("instanceId").asText());
        }
      }
      Pause.of(Duration.ofMillis(50));
      apps = apps();
    }
  }

  private JsonNode apps() {
    return get("/apps").path("applications").path("application");
  }

  /** Returns the hash code of what a read of everything shows, such as {@code UP_2_}. */
  public String hash() {
    return get("/apps").path("applications").path("apps__hashcode").asText();
  }

  /** Whether the server answers a read of everything. */
  boolean isReady() {
    try {
      return exchange(request("GET", "/apps", "")).statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private String call(String method, String path, String body) {
    HttpRequest request = request(method, path, body);
    HttpResponse<String> answer = exchange(request);
    check(request, answer);
    return answer.body();
  }

  private HttpRequest request(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(LIMIT)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return request.build();
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(request + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted during " + request, e);
    }
  }

  private static void check(HttpRequest request, HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(request + ": " + answer.statusCode() + " " + answer.body());
    }
  }

  private static String path(String app, String id) {
    return "/apps/" + encode(app) + "/" + encode(id);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String json(EurekaInstance instance) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode body = root.putObject("instance");
    body.put("instanceId", instance.id());
    body.put("app", instance.app());
    body.put("hostName", instance.hostName());
    body.put("ipAddr", instance.ip());
    body.put("status", instance.status());
    body.put("vipAddress", instance.app());
    body.put("secureVipAddress", instance.app());
    port(body.putObject("port"), instance.port(), instance.portEnabled());
    port(body.putObject("securePort"), instance.securePort(), instance.secureEnabled());
    ObjectNode place = body.putObject("dataCenterInfo");
    Optional<String> zone =
        Optional.of(instance.availabilityZone()).filter(text -> !text.isEmpty());
    place.put(
        "@class",
        zone.isPresent()
            ? "com.netflix.appinfo.AmazonInfo"
            : "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo");
    place.put("name", zone.isPresent() ? "Amazon" : "MyOwn");
    zone.ifPresent(
        name ->
            place
                .putObject("metadata")
                .put("availability-zone", name)
                .put("instance-id", instance.id()));
    body.putObject("leaseInfo")
        .put("renewalIntervalInSecs", 30)
        .put("durationInSecs", instance.lease().toSeconds());
    ObjectNode metadata = body.putObject("metadata");
    instance.metadata().forEach(metadata::put);
    return root.toString();
  }

  private static void port(ObjectNode node, int number, boolean enabled) {
    node.put("$", number).put("@enabled", Boolean.toString(enabled));
  }
}
