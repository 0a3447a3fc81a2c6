package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The HTTP API of a Nacos server, v1 or v3 by its generation, as a test needs it: each call has
 * returned when the server has taken the change, and throws {@link AssertionError} with the
 * server's answer when it refused. Thread-safe.
 */
public final class NacosApi {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern TOKEN = Pattern.compile("\"accessToken\":\"([^\"]+)\"");

  // After a start the server elects its Raft leader of one before it takes persistent instances.
  private static final Duration NOT_READY_LIMIT = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String base;
  private final Paths paths;
  private final boolean login;

  // Guarded by "this"; empty: none yet.
  private String token = "";

  /**
   * The paths of the calls of a generation.
   *
   * @param configGroup the parameter with the group of a configuration
   * @param local whether a switch is set at the server asked only, as where the data of all servers
   *     takes its time
   * @param publicInRights the namespace {@code public} in the resource of a right, and of a
   *     configuration
   */
  private record Paths(
      String instance,
      String service,
      String config,
      String configGroup,
      String configNamespace,
      String namespace,
      String switches,
      String user,
      String role,
      String permission,
      String login,
      boolean local,
      String publicInRights) {
    private static final Paths V1 =
        new Paths(
            "/nacos/v1/ns/instance",
            "/nacos/v1/ns/service",
            "/nacos/v1/cs/configs",
            "group",
            "tenant",
            "/nacos/v1/console/namespaces",
            "/nacos/v1/ns/operator/switches",
            "/nacos/v1/auth/users",
            "/nacos/v1/auth/roles",
            "/nacos/v1/auth/permissions",
            "/nacos/v1/auth/users/login",
            true,
            "");
    private static final Paths V3 =
        new Paths(
            "/nacos/v3/admin/ns/instance",
            "/nacos/v3/admin/ns/service",
            "/nacos/v3/admin/cs/config",
            "groupName",
            "namespaceId",
            "/nacos/v3/admin/core/namespace",
            "/nacos/v3/admin/ns/ops/switches",
            "/nacos/v3/auth/user",
            "/nacos/v3/auth/role",
            "/nacos/v3/auth/permission",
            "/nacos/v3/auth/user/login",
            false,
            "public");

    static Paths of(NacosServer.Generation generation) {
      return switch (generation) {
        case NACOS_2 -> V1;
        case NACOS_3 -> V3;
      };
    }
  }

  /**
   * @param authority of a server with TLS
   */
  NacosApi(
      String address,
      NacosServer.Generation generation,
      boolean login,
      Optional<TestAuthority> authority) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    authority.ifPresent(signer -> builder.sslContext(signer.context()));
    this.http = builder.build();
    this.base = (authority.isPresent() ? "https://" : "http://") + address;
    this.paths = Paths.of(generation);
    this.login = login;
  }

  /**
   * Registers an instance and with it, if need be, its service; one that is registered already is
   * replaced, health included.
   */
  public void register(NacosInstance instance) {
    Map<String, String> form = form(instance);
    form.put("healthy", Boolean.toString(instance.healthy()));
    call("POST", paths.instance, form);
  }

  /** Changes weight, enabled and metadata of a registered instance as an operator does. */
  public void update(NacosInstance instance) {
    call("PUT", paths.instance, form(instance));
  }

  /** Takes an instance away; its service stays, empty, for a while. */
  public void deregister(NacosInstance instance) {
    call("DELETE", paths.instance, form(instance));
  }

  /** Creates an empty persistent service with metadata of its own. */
  public void createService(
      String namespace, String group, String name, Map<String, String> metadata) {
    Map<String, String> form = service(namespace, group, name);
    form.put("ephemeral", "false");
    form.put("metadata", json(metadata));
    call("POST", paths.service, form);
  }

  /**
   * Changes what belongs to the service as a whole.
   *
   * @param protectThreshold share of healthy instances at or below which the server calls all of
   *     them healthy, 0 to 1
   */
  public void updateService(
      String namespace,
      String group,
      String name,
      double protectThreshold,
      Map<String, String> metadata) {
    Map<String, String> form = service(namespace, group, name);
    form.put("protectThreshold", Double.toString(protectThreshold));
    form.put("metadata", json(metadata));
    call("PUT", paths.service, form);
  }

  /** Deletes a service, which must have no instances any more. */
  public void deleteService(String namespace, String group, String name) {
    call("DELETE", paths.service, service(namespace, group, name));
  }

  /** Writes a configuration, in place of the one before if there is one. */
  public void putConfig(String namespace, String group, String dataId, String content) {
    Map<String, String> form = config(namespace, group, dataId);
    form.put("content", content);
    call("POST", paths.config, form);
  }

  /** Deletes a configuration. */
  public void deleteConfig(String namespace, String group, String dataId) {
    call("DELETE", paths.config, config(namespace, group, dataId));
  }

  private Map<String, String> config(String namespace, String group, String dataId) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put(paths.configNamespace, namespace.equals("public") ? paths.publicInRights : namespace);
    form.put(paths.configGroup, group);
    form.put("dataId", dataId);
    return form;
  }

  /** Creates a namespace; its name shown is its id. */
  public void createNamespace(String id) {
    call(
        "POST",
        paths.namespace,
        Map.of("customNamespaceId", id, "namespaceId", id, "namespaceName", id));
  }

  /** Deletes a namespace. */
  public void deleteNamespace(String id) {
    call("DELETE", paths.namespace, Map.of("namespaceId", id));
  }

  /** Switches the server's own health checks, expiry of ephemeral instances included. */
  public void healthChecks(boolean on) {
    setSwitch("check", Boolean.toString(on));
  }

  private void setSwitch(String entry, String value) {
    call(
        "PUT",
        paths.switches,
        Map.of("entry", entry, "value", value, "debug", Boolean.toString(paths.local)));
  }

  /**
   * Creates a user with one right on everything in a namespace; only on a server with login.
   *
   * @param action {@code r}, {@code w} or {@code rw}
   */
  public void createUser(String name, String password, String namespace, String action) {
    call("POST", paths.user, Map.of("username", name, "password", password));
    call("POST", paths.role, Map.of("username", name, "role", "role-" + name));
    permit(name, namespace, action);
  }

  /** Gives a user of {@link #createUser} one more right. */
  public void permit(String user, String namespace, String action) {
    call("POST", paths.permission, right(user, namespace, action));
  }

  /** Takes a right of a user away. */
  public void forbid(String user, String namespace, String action) {
    call("DELETE", paths.permission, right(user, namespace, action));
  }

  private Map<String, String> right(String user, String namespace, String action) {
    String scope = namespace.equals("public") ? paths.publicInRights : namespace;
    return Map.of("role", "role-" + user, "resource", scope + ":*:*", "action", action);
  }

  /**
   * Returns the server's answer to a GET of a path with its query, such as {@code
   * /nacos/v3/...?a=b}.
   */
  public String get(String path) {
    return call("GET", path, Map.of());
  }

  void createAdministrator(String password) {
    send("POST", paths.user + "/admin", Map.of("password", password), Map.of());
  }

  private String call(String method, String path, Map<String, String> form) {
    return send(method, path, form, login ? Map.of("accessToken", token()) : Map.of());
  }

  /** Returns the administrator's token; it outlives every test, but not a restart of the server. */
  private synchronized String token() {
    if (token.isEmpty()) {
      String answer =
          send(
              "POST",
              paths.login,
              Map.of("username", NacosServer.USERNAME, "password", NacosServer.PASSWORD),
              Map.of());
      Matcher found = TOKEN.matcher(answer);
      if (!found.find()) {
        throw new AssertionError("login at " + base + ": " + answer + " (expected: a token)");
      }
      token = found.group(1);
    }
    return token;
  }

  private String send(
      String method, String path, Map<String, String> form, Map<String, String> headers) {
    // A DELETE with a body is not read by the server, so forms go into the query, but for contents,
    // which may be long.
    boolean inBody = method.equals("POST") && path.equals(paths.config);
    String separator = path.contains("?") ? "&" : "?";
    String query = form.isEmpty() || inBody ? "" : separator + encode(form);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path + query))
            .timeout(LIMIT)
            .method(
                method,
                inBody
                    ? HttpRequest.BodyPublishers.ofString(encode(form))
                    : HttpRequest.BodyPublishers.noBody());
    if (inBody) {
      request.header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    }
    headers.forEach(request::header);
    long deadline = System.nanoTime() + NOT_READY_LIMIT.toNanos();
    while (true) {
      HttpResponse<String> response = exchange(request.build());
      boolean ok = response.statusCode() == 200 && !response.body().contains("\"code\":3000");
      if (ok) {
        return response.body();
      }
      boolean notReady = response.statusCode() >= 500 && System.nanoTime() < deadline;
      if (!notReady) {
        throw new AssertionError(
            method + " " + path + ": " + response.statusCode() + " " + response.body());
      }
      Pause.of(Duration.ofMillis(200));
    }
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

  private static Map<String, String> service(String namespace, String group, String name) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("namespaceId", namespace);
    form.put("groupName", group);
    form.put("serviceName", name);
    return form;
  }

  private static Map<String, String> form(NacosInstance instance) {
    Map<String, String> form = service(instance.namespace(), instance.group(), instance.service());
    form.put("clusterName", instance.cluster());
    form.put("ip", instance.ip());
    form.put("port", Integer.toString(instance.port()));
    form.put("weight", Double.toString(instance.weight()));
    form.put("enabled", Boolean.toString(instance.enabled()));
    form.put("ephemeral", Boolean.toString(instance.ephemeral()));
    form.put("metadata", json(instance.metadata()));
    return form;
  }

  private static String json(Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .map(entry -> quote(entry.getKey()) + ":" + quote(entry.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String encode(Map<String, String> form) {
    return form.entrySet().stream()
        .map(
            entry ->
                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
