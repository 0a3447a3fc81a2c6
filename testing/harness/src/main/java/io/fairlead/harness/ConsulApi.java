package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls of Consul's HTTP API that tests make: bodies are JSON text, so that a test can write
 * exactly what it means. Every call that Consul refuses throws {@link IllegalStateException} with
 * Consul's words. Thread-safe.
 */
public final class ConsulApi {
  /** Operations that one transaction may have are 128; a margin is left. */
  private static final int TRANSACTION = 120;

  private static final Pattern SECRET = Pattern.compile("\"SecretID\"\\s*:\\s*\"([^\"]+)\"");
  private static final Pattern ACCESSOR = Pattern.compile("\"AccessorID\"\\s*:\\s*\"([^\"]+)\"");

  private final URI address;
  private final Optional<String> token;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /**
   * @param address where Consul serves HTTP
   * @param token sent with each call
   */
  public ConsulApi(URI address, Optional<String> token) {
    this.address = address;
    this.token = token;
  }

  /** Registers an instance with the agent, so that the agent keeps it (and its checks) alive. */
  public void registerWithAgent(String definition) {
    call("PUT", "/v1/agent/service/register", definition);
  }

  /** Takes an instance from the agent. */
  public void deregisterFromAgent(String serviceId) {
    call("PUT", "/v1/agent/service/deregister/" + serviceId, "");
  }

  /** Writes to the catalog as {@code /v1/catalog/register} takes it: node, service, checks. */
  public void register(String registration) {
    call("PUT", "/v1/catalog/register", registration);
  }

  /** Registers an instance in the catalog: passing, no metadata. */
  public void register(String node, String id, String service, String ip, int port) {
    register(
        """
        {"Node":"%s","Address":"10.99.0.1","SkipNodeUpdate":false,
         "Service":{"ID":"%s","Service":"%s","Address":"%s","Port":%d}}"""
            .formatted(node, id, service, ip, port));
  }

  /** Takes an instance from the catalog. */
  public void deregister(String node, String id) {
    call(
        "PUT",
        "/v1/catalog/deregister",
        "{\"Node\":\"%s\",\"ServiceID\":\"%s\"}".formatted(node, id));
  }

  /** Takes a node with all its instances from the catalog. */
  public void deregisterNode(String node) {
    call("PUT", "/v1/catalog/deregister", "{\"Node\":\"" + node + "\"}");
  }

  /** Registers many services fast, of one instance each. */
  public void registerMany(String prefix, int count) {
    registerMany(prefix, count, 1);
  }

  /**
   * Registers many services fast, one transaction for 120 instances: {@code PREFIX0} to {@code
   * PREFIX(count-1)}, their instances with ids {@code NAME-1}, {@code NAME-2} and so on, spread
   * over nodes {@code many-NUMBER} of 100 services.
   */
  public void registerMany(String prefix, int count, int instances) {
    List<String> operations = new ArrayList<>();
    int node = -1;
    for (int i = 0; i < count; i++) {
      if (i / 100 != node) {
        node = i / 100;
        operations.add(
            "{\"Node\":{\"Verb\":\"set\",\"Node\":{\"Node\":\"many-%d\",\"Address\":\"10.98.0.%d\"}}}"
                .formatted(node, node % 250 + 1));
      }
      for (int instance = 1; instance <= instances; instance++) {
        operations.add(
            """
            {"Service":{"Verb":"set","Node":"many-%d","Service":
             {"ID":"%s%d-%d","Service":"%s%d","Address":"10.%d.%d.%d","Port":8080,
              "Meta":{"version":"v1"}}}}"""
                .formatted(
                    node,
                    prefix,
                    i,
                    instance,
                    prefix,
                    i,
                    96 + instance,
                    i / 250 % 250,
                    i % 250 + 1));
      }
    }
    for (int first = 0; first < operations.size(); first += TRANSACTION) {
      List<String> part =
          operations.subList(first, Math.min(operations.size(), first + TRANSACTION));
      call("PUT", "/v1/txn", "[" + String.join(",", part) + "]");
    }
  }

  /** Makes a policy with these rules (HCL) and a token with it. */
  public Token token(String policy, String rules) {
    String quoted = rules.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    call("PUT", "/v1/acl/policy", "{\"Name\":\"%s\",\"Rules\":\"%s\"}".formatted(policy, quoted));
    String made = call("PUT", "/v1/acl/token", "{\"Policies\":[{\"Name\":\"" + policy + "\"}]}");
    return new Token(first(ACCESSOR, made), first(SECRET, made));
  }

  /**
   * An ACL token.
   *
   * @param accessor its name in the API
   * @param secret what a client sends
   */
  public record Token(String accessor, String secret) {}

  /** Gives a token other policies. */
  public void changeToken(Token changed, String policy, String rules) {
    String quoted = rules.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    call("PUT", "/v1/acl/policy", "{\"Name\":\"%s\",\"Rules\":\"%s\"}".formatted(policy, quoted));
    call(
        "PUT",
        "/v1/acl/token/" + changed.accessor(),
        "{\"Policies\":[{\"Name\":\"" + policy + "\"}]}");
  }

  /** Deletes a token. */
  public void revoke(Token revoked) {
    call("DELETE", "/v1/acl/token/" + revoked.accessor(), "");
  }

  /** Makes the first token of a cluster with ACLs. */
  String bootstrap() {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      try {
        return first(SECRET, call("PUT", "/v1/acl/bootstrap", ""));
      } catch (IllegalStateException e) {
        // The ACL tables come a moment after the leader.
        pause(deadline, "ACLs", e);
      }
    }
  }

  /** Waits until the catalog holds Consul's own service. */
  void awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        if (call("GET", "/v1/catalog/services", "").contains("\"consul\"")) {
          return;
        }
        pause(deadline, "Consul's own service", new IllegalStateException("not in the catalog"));
      } catch (IllegalStateException e) {
        pause(deadline, "a leader", e);
      }
    }
  }

  private static void pause(long deadline, String what, IllegalStateException cause) {
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException("consul: no " + what + " in time", cause);
    }
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns the whole state, as {@code consul snapshot save} gives it. */
  public byte[] snapshot() {
    return call("GET", "/v1/snapshot", new byte[0]);
  }

  /** Sets the state back to a snapshot, as {@code consul snapshot restore} does. */
  public void restore(byte[] snapshot) {
    call("PUT", "/v1/snapshot", snapshot);
  }

  /** Any call; gives the body. */
  public String call(String method, String path, String body) {
    return new String(
        call(method, path, body.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  private byte[] call(String method, String path, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    token.ifPresent(value -> request.header("X-Consul-Token", value));
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            method
                + " "
                + path
                + ": "
                + response.statusCode()
                + " "
                + new String(response.body(), StandardCharsets.UTF_8));
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(method + " " + path + ": interrupted", e);
    }
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in " + text);
    }
    return matcher.group(1);
  }
}
