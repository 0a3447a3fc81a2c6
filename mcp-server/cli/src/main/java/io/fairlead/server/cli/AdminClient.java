package io.fairlead.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Causes;
import io.fairlead.server.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client of the admin API of a running gateway. Thread-safe; calls block for up to 30 s. */
final class AdminClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final int PAGE = 10_000;
  private static final int CONTENTS = 2_000;

  private final URI base;
  private final String token;
  private final @Nullable ClientTls tls;
  private final HttpClient client;

  /**
   * Creates a client of the gateway with that admin address.
   *
   * @param token sent with requests that change something; empty for none
   * @param tls the TLS of an address that begins with https
   */
  AdminClient(URI base, String token, @Nullable ClientTls tls) {
    this.base = base;
    this.token = token;
    this.tls = tls;
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
    if (tls != null) {
      builder.sslContext(tls.context());
    }
    this.client = builder.build();
  }

  /** Encodes a name for a path; its slashes stay separators. */
  static String path(String name) {
    return Arrays.stream(name.split("/", -1))
        .map(AdminClient::encoded)
        .collect(Collectors.joining("/"));
  }

  /** Encodes a text for a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Returns every item of a list, read page by page.
   *
   * @param parameters what narrows it
   */
  ArrayNode all(String kind, Map<String, String> parameters)
      throws AdminClientException, InterruptedException {
    StringBuilder narrowed = new StringBuilder();
    parameters.forEach(
        (key, value) -> narrowed.append('&').append(key).append('=').append(encoded(value)));
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    long total = Long.MAX_VALUE;
    while (items.size() < total) {
      JsonNode page = get(kind + "?limit=" + PAGE + "&offset=" + items.size() + narrowed);
      if (page.path("items").isEmpty()) {
        break;
      }
      items.addAll((ArrayNode) page.path("items"));
      total = page.path("total").asLong();
    }
    return items;
  }

  /**
   * Returns every resource with its content. Each is as it was at some moment of the reading, and
   * none that is there all the time is missed or twice.
   */
  ArrayNode contents() throws AdminClientException, InterruptedException {
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    String last = "";
    while (true) {
      JsonNode page = get("resources?content=true&limit=" + CONTENTS + "&after=" + encoded(last));
      if (page.path("items").isEmpty()) {
        return items;
      }
      items.addAll((ArrayNode) page.path("items"));
      JsonNode behind = items.get(items.size() - 1);
      last = behind.path("kind").asText() + "/" + behind.path("name").asText();
    }
  }

  /** Returns one answer; empty if the gateway says that it does not exist. */
  Optional<JsonNode> find(String path) throws AdminClientException, InterruptedException {
    try {
      return Optional.of(get(path));
    } catch (AdminClientException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Returns one answer. */
  JsonNode get(String path) throws AdminClientException, InterruptedException {
    return send(request(path).build());
  }

  /** Requests an action and returns the answer. */
  JsonNode post(String path, JsonNode body) throws AdminClientException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8));
    if (!token.isEmpty()) {
      request.header("authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  private HttpRequest.Builder request(String path) {
    URI uri = URI.create(base.toString().replaceFirst("/$", "") + "/api/v1/" + path);
    return HttpRequest.newBuilder(uri)
        // For the audit log of the gateway.
        .header("user-agent", "fairlead/" + Version.text())
        .timeout(REQUEST_TIMEOUT);
  }

  private JsonNode send(HttpRequest request) throws AdminClientException, InterruptedException {
    URI uri = request.uri();
    HttpResponse<String> response;
    try {
      response = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AdminClientException(
          base
              + ": not reachable: "
              + ClientTls.explain(e, tls, "http:// in --admin", "https:// in --admin, and --ca")
                  .orElseGet(
                      () ->
                          Causes.advised(
                              Causes.of(e), "the admin address of a running gateway, see --admin")),
          e);
    }
    try {
      JsonNode body = JSON.readTree(response.body());
      if (response.statusCode() / 100 != 2) {
        String detail = body.path("detail").asText("");
        throw AdminClientException.answered(
            response.statusCode(),
            detail.isEmpty()
                ? uri + ": HTTP status " + response.statusCode() + " (expected: a gateway's answer)"
                : Printable.of(detail));
      }
      return body;
    } catch (JsonProcessingException e) {
      throw new AdminClientException(
          uri
              + ": HTTP status "
              + response.statusCode()
              + " without JSON (expected: the admin address of a gateway, see --admin)",
          e);
    }
  }
}
