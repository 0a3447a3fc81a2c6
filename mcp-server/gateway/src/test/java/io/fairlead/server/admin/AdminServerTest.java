package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.registry.Secret;
import io.fairlead.server.config.HostPort;
import io.fairlead.versioning.Durability;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AdminServerTest {
  private final SampleSource source = new SampleSource(25);
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpClient client = HttpClient.newHttpClient();
  private final AdminServer server = start("127.0.0.1", null);

  private AdminServer start(String host, @Nullable Secret token) {
    try {
      return AdminServer.start(new HostPort(host, 0), token, source, source, meters::scrape);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> response = send("GET", path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    return JsonMapper.builder().build().readTree(response.body());
  }

  private void assertProblem(HttpResponse<String> response, int status, String detail)
      throws Exception {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonNode body = JsonMapper.builder().build().readTree(response.body());
    assertThat(body.path("status").asInt()).isEqualTo(status);
    assertThat(body.path("detail").asText()).contains(detail);
  }

  @Test
  void livez_always() throws Exception {
    assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void readyz_waiting_namesTheRegistry() throws Exception {
    source.readiness(
        new ReadinessStatus(
            false,
            List.of(new ReadinessStatus.Waiting("odd", "connection refused")),
            true,
            new Durability(false, "disk full", Optional.of(Instant.EPOCH), 7)));

    HttpResponse<String> response = send("GET", "/readyz");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body())
        .startsWith(
            "{\"ready\":false,\"overdue\":true,\"store\":{\"durable\":false,"
                + "\"since\":\"1970-01-01T00:00:00Z\",\"unwritten\":7,\"problem\":\"disk full\"},"
                + "\"waitingFor\":[{\"registry\":\"odd\","
                + "\"problem\":\"connection refused\"}],\"held\":2,\"holds\":[{");
  }

  @Test
  void readyz_saysWhatIsKeptOnASuspicion() throws Exception {
    JsonNode holds = json("/readyz").path("holds");

    assertThat(holds.findValuesAsText("reason")).containsExactly("outage", "guard");
    assertThat(holds.findValuesAsText("registry")).containsExactly("even", "odd");
    assertThat(holds.path(0).path("until").asText()).isEqualTo("2026-01-02T12:01:00Z");
  }

  @Test
  void holds_sayWhatSinceWhenUntilWhenAndWhy() throws Exception {
    assertThat(json("/api/v1/holds").path("items").path(0).toString())
        .isEqualTo(
            "{\"registry\":\"even\",\"subject\":\"shop/web-007\",\"reason\":\"outage\","
                + "\"since\":\"2026-01-02T12:00:00Z\",\"until\":\"2026-01-02T12:01:00Z\","
                + "\"explanation\":\"The registry could not be reached.\"}");
    assertThat(json("/api/v1/holds").path("items").path(1).path("id").asText()).isEqualTo("odd-1");
    assertThat(json("/api/v1/registries").path("items").findValuesAsText("holds"))
        .containsExactly("1", "1");
  }

  @Test
  void problems_saySinceWhenAndWhatHelps() throws Exception {
    JsonNode items = json("/api/v1/problems").path("items");

    assertThat(items.findValuesAsText("kind"))
        .containsExactly(
            "removals_held",
            "registry_failing",
            "registry_stale",
            "configs_failing",
            "transaction_open",
            "no_client",
            "services_refused",
            "documents_refused",
            "hosts_damped");
    assertThat(items.path(4).toString())
        .isEqualTo(
            "{\"severity\":\"warning\",\"kind\":\"transaction_open\",\"subject\":\"t1\","
                + "\"message\":\"Nothing is pushed while the operator's transaction t1 is open;"
                + " changes that wait: 3. It ends by itself at 2026-01-02T12:10:00Z.\","
                + "\"advice\":\"Release it once the work is done.\","
                + "\"command\":\"fairlead release t1\","
                + "\"since\":\"2026-01-02T12:00:00Z\"}");
  }

  @Test
  void readyz_ready() throws Exception {
    assertThat(json("/readyz").path("ready").asBoolean()).isTrue();
  }

  @Test
  void metrics_arePrometheusText() throws Exception {
    meters.counter("fairlead_sample_total").increment();

    HttpResponse<String> response = send("GET", "/metrics");

    assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
    assertThat(response.body()).contains("fairlead_sample_total 1.0");
  }

  @Test
  void resources_paged() throws Exception {
    JsonNode page = json("/api/v1/resources?limit=10&offset=20");

    assertThat(page.path("total").asInt()).isEqualTo(25);
    assertThat(page.path("items").findValuesAsText("name"))
        .containsExactly(
            "shop/web-020", "shop/web-021", "shop/web-022", "shop/web-023", "shop/web-024");
  }

  @Test
  void resources_behindOne_byKindAndNameOrByNameAlone() throws Exception {
    for (String after : List.of("ServiceEntry/shop/web-022", "shop/web-022")) {
      assertThat(json("/api/v1/resources?after=" + after).path("items").findValuesAsText("name"))
          .containsExactly("shop/web-023", "shop/web-024");
    }
    assertThat(json("/api/v1/resources?after=Sidecar/a/b").path("items")).isEmpty();
    assertThat(json("/api/v1/resources?after=Gateway/z/z").path("items")).hasSize(25);
    HttpResponse<String> unknown = send("GET", "/api/v1/resources?after=Nothing/a/b");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("after: Nothing/a/b (expected: KIND/NAMESPACE/NAME");
  }

  @Test
  void resources_filtered() throws Exception {
    JsonNode page = json("/api/v1/resources?q=WEB-01&registry=odd");

    assertThat(page.path("items").findValuesAsText("name"))
        .containsExactly(
            "shop/web-011", "shop/web-013", "shop/web-015", "shop/web-017", "shop/web-019");
  }

  @Test
  void resources_badLimit_isAProblem() throws Exception {
    assertProblem(send("GET", "/api/v1/resources?limit=0"), 400, "limit: 0 (expected: 1 to 10000)");
    assertProblem(send("GET", "/api/v1/resources?limit=x"), 400, "limit: x (expected: a number)");
  }

  @Test
  void resource_byName_isAKubernetesObject() throws Exception {
    JsonNode resource = json("/api/v1/resources/shop/web-007");

    assertThat(resource.path("apiVersion").asText()).isEqualTo("networking.istio.io/v1");
    assertThat(resource.path("kind").asText()).isEqualTo("ServiceEntry");
    assertThat(resource.path("metadata").path("namespace").asText()).isEqualTo("shop");
    assertThat(resource.path("metadata").path("name").asText()).isEqualTo("web-007");
    assertThat(resource.path("metadata").path("creationTimestamp").asText())
        .isEqualTo("2020-01-01T00:00:00Z");
    assertThat(resource.path("spec").path("hosts").path(0).asText()).isEqualTo("web-007.shop");
  }

  @Test
  void resource_unknown_isAProblem() throws Exception {
    assertProblem(send("GET", "/api/v1/resources/shop/none"), 404, "shop/none");
  }

  @Test
  void registries_saysWhatIsWrong() throws Exception {
    JsonNode items = json("/api/v1/registries").path("items");

    assertThat(items.findValuesAsText("state")).containsExactly("up", "failing");
    assertThat(items.path(1).path("problem").asText()).isEqualTo("http://127.0.0.1:1: refused");
  }

  @Test
  void refused_saysWhy() throws Exception {
    JsonNode items = json("/api/v1/refused").path("items");

    assertThat(items.findValuesAsText("service")).containsExactly("broken", "orders.yaml");
    assertThat(items.path(0).path("findings").path(0).path("reason").asText()).isEqualTo("no_port");
    assertThat(items.path(1).path("findings").toString())
        .isEqualTo(
            "[{\"reason\":\"invalid_document\",\"kind\":\"refused\","
                + "\"text\":\"an istiod would refuse it\","
                + "\"advice\":\"mend the document; it is read again by itself\","
                + "\"subject\":\"VirtualService shop/orders\","
                + "\"detail\":\"orders.yaml:9:15: spec.http[0].route[0].weight: ninety (expected: a"
                + " whole number)\",\"count\":1}]");
  }

  @Test
  void services_found() throws Exception {
    assertThat(json("/api/v1/services?q=000").path("items").findValuesAsText("host"))
        .containsExactly("web-000.shop");
  }

  @Test
  void guards_sayWhatIsHeldAndWhatToDo() throws Exception {
    JsonNode guard = json("/api/v1/guards").path("items").path(0);

    assertThat(guard.path("id").asText()).isEqualTo("odd-1");
    assertThat(guard.path("explanation").asText())
        .isEqualTo(
            "The registry no longer has 7 of 20 endpoints, in 2 of 5 services. They stay in the"
                + " mesh until 2026-01-02T12:05:00Z, if they are still missing then (until"
                + " 2026-01-02T12:10:00Z at the latest, if reads of it keep failing), or until an"
                + " operator decides: fairlead approve odd-1 removes them, fairlead reject odd-1"
                + " keeps them.");
    assertThat(guard.path("held").path(0).toString())
        .isEqualTo(
            "{\"service\":\"web-001\",\"endpointsBefore\":4,\"endpointsNow\":0,\"gone\":true,"
                + "\"since\":\"2026-01-02T12:00:00Z\"}");
  }

  @Test
  void transactions_areListed() throws Exception {
    assertThat(json("/api/v1/transactions").path("items").toString())
        .isEqualTo(
            "[{\"id\":\"t1\",\"opened\":\"2026-01-02T12:00:00Z\","
                + "\"expires\":\"2026-01-02T12:10:00Z\",\"waiting\":3}]");
  }

  @Test
  void resources_thatWait_sayUntilWhen() throws Exception {
    JsonNode found = json("/api/v1/resources?q=web-002").path("items").path(0);

    assertThat(found.path("damped").toString())
        .isEqualTo(
            "{\"since\":\"2026-01-02T12:00:00Z\",\"until\":\"2026-01-02T12:00:09Z\",\"changes\":14}");
    assertThat(json("/api/v1/resources?q=web-003").path("items").path(0).has("damped")).isFalse();
  }

  @Test
  void resources_sayWhenTheyFirstCame() throws Exception {
    JsonNode found = json("/api/v1/resources?q=web-002").path("items").path(0);

    assertThat(found.path("firstSeen").asText()).isEqualTo("2026-01-01T10:00:00Z");
    assertThat(json("/api/v1/resources/" + found.path("name").asText()).at("/status/firstSeen"))
        .isEqualTo(found.path("firstSeen"));
    JsonNode unknown = json("/api/v1/resources?q=web-001").path("items").path(0);
    assertThat(unknown.path("name").asText()).contains("web-001");
    assertThat(unknown.has("firstSeen")).isFalse();
  }

  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void transactions_areOpenedAndReleased() throws Exception {
    HttpResponse<String> opened = post("/api/v1/transactions", "{\"ttl\":\"30s\"}");
    assertThat(opened.statusCode()).isEqualTo(201);
    assertThat(opened.body()).contains("\"id\":\"t2\"", "\"expires\":\"2026-01-02T12:00:30Z\"");
    assertThat(post("/api/v1/transactions", "").statusCode()).isEqualTo(201);
    assertThat(post("/api/v1/transactions/t1/release", "").statusCode()).isEqualTo(200);

    assertThat(source.actions).containsExactly("open PT30S", "open PT10M", "release t1");
  }

  @Test
  void transactions_badRequests_areProblems() throws Exception {
    assertProblem(post("/api/v1/transactions", "{\"ttl\":"), 400, "expected: {\"ttl\": \"10m\"}");
    assertProblem(post("/api/v1/transactions", "[]"), 400, "expected: {\"ttl\": \"10m\"}");
    assertProblem(post("/api/v1/transactions", "{\"ttl\":\"soon\"}"), 400, "ttl: soon");
    assertProblem(post("/api/v1/transactions", "{\"ttl\":\"25h\"}"), 400, "at most 24 h");
    assertProblem(post("/api/v1/transactions", "{\"tl\":\"1h\"}"), 400, "tl: unknown key");
    assertProblem(post("/api/v1/transactions/t9/release", ""), 404, "t9 (expected: the id");
    assertThat(source.actions).containsExactly("release t9");
  }

  @Test
  void guards_areDecided() throws Exception {
    assertThat(post("/api/v1/guards/odd-1/approve", "").statusCode()).isEqualTo(200);
    assertThat(post("/api/v1/guards/odd-1/reject", "").statusCode()).isEqualTo(200);
    assertProblem(post("/api/v1/guards/odd-2/approve", ""), 404, "odd-2 (expected: the id");

    assertThat(source.actions).containsExactly("approve odd-1", "reject odd-1", "approve odd-2");
  }

  @Test
  void changing_fromAnotherPage_isRefused() throws Exception {
    String path = "/api/v1/guards/odd-1/approve";
    // Any page may have a browser post to 127.0.0.1; the browser then says whose page it is.
    assertProblem(post(path, "", "origin", "https://evil.example"), 403, "origin: another page");
    assertThat(source.actions).isEmpty();
    assertThat(post(path, "", "origin", "http://" + server.address()).statusCode()).isEqualTo(200);
  }

  @Test
  void unknownPathAndMethod_areProblems() throws Exception {
    assertProblem(send("GET", "/api/v2"), 404, "no such path");
    assertProblem(send("POST", "/api/v1/registries"), 405, "expected: GET, or POST");
  }

  @Test
  void console_isOnePageWithoutForeignSources() throws Exception {
    HttpResponse<String> response = send("GET", "/");

    assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/html");
    assertThat(response.headers().firstValue("content-security-policy").orElse(""))
        .contains("default-src 'none'");
    assertThat(response.body()).contains("<title>Fairlead</title>");
    assertThat(response.body().replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http://", "https://");
  }

  @Test
  void loopback_foreignHostName_isRefused() throws Exception {
    // What a browser sends after a page's own name was made to resolve to 127.0.0.1.
    try (Socket socket = new Socket("127.0.0.1", server.address().port())) {
      OutputStream output = socket.getOutputStream();
      output.write(
          "GET /api/v1/registries HTTP/1.1\r\nHost: evil.example:1\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      output.flush();

      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answer).startsWith("HTTP/1.1 403 ").doesNotContain("even");
    }
  }

  /** Has what is written to the audit log while something runs. */
  private static List<String> audited(java.util.concurrent.Callable<?> actions) throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("io.fairlead.audit");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    Level before = logger.getLevel();
    logger.setLevel(Level.INFO);
    try {
      actions.call();
    } finally {
      logger.setLevel(before);
      logger.detachAppender(lines);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void actions_areAudited_withWhoAndWhatCameOfIt() throws Exception {
    List<String> lines =
        audited(
            () -> {
              send("POST", "/api/v1/transactions");
              send("POST", "/api/v1/guards/none/approve");
              return send("GET", "/api/v1/guards");
            });

    assertThat(lines)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .matches(
                        "hold \\S+: open for 10m; by 127\\.0\\.0\\.1:\\d+, access: loopback, agent:"
                            + " Java-http-client/.*"),
            line -> assertThat(line).startsWith("approve none: unknown: "));
  }

  @Test
  void refusedAction_isAudited() throws Exception {
    try (AdminServer open = start("0.0.0.0", new Secret.Env("PATH"))) {
      List<String> lines =
          audited(
              () ->
                  client.send(
                      HttpRequest.newBuilder(
                              URI.create(
                                  "http://127.0.0.1:"
                                      + open.address().port()
                                      + "/api/v1/guards/dc1-1/approve"))
                          .header("authorization", "Bearer wrong")
                          .POST(HttpRequest.BodyPublishers.noBody())
                          .build(),
                      HttpResponse.BodyHandlers.ofString()));

      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("request POST /api/v1/guards/dc1-1/approve: refused: not the token; by ")
          .contains("access: none");
    }
  }

  @Test
  void everyAddress_changing_needsTheToken() throws Exception {
    try (AdminServer open = start("0.0.0.0", new Secret.Env("PATH"))) {
      HttpRequest.Builder post =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + open.address().port() + "/api/v1/nothing"))
              .POST(HttpRequest.BodyPublishers.noBody());

      assertProblem(
          client.send(post.build(), HttpResponse.BodyHandlers.ofString()), 401, "Bearer TOKEN");
      assertProblem(
          client.send(
              post.header("authorization", "Bearer " + System.getenv("PATH").strip()).build(),
              HttpResponse.BodyHandlers.ofString()),
          404,
          "no such path");
    }
  }

  @Test
  void everyAddress_changingWithoutAToken_isRefused() throws Exception {
    try (AdminServer open = start("0.0.0.0", null)) {
      assertProblem(
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + open.address().port() + "/api/v1/nothing"))
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString()),
          403,
          "admin.token: not configured");
    }
  }

  @Test
  void start_addressInUse_saysSo() {
    assertThatThrownBy(
            () -> AdminServer.start(server.address(), null, source, source, meters::scrape))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("admin.address: " + server.address() + " cannot be listened on");
  }

  @Test
  void actions_reachAllUnlessToldOtherwise() throws Exception {
    assertThat(post("/api/v1/guards/odd-1/approve?force=true", "").body())
        .contains("\"approved\":true")
        .contains("\"address\":\"http://10.0.0.2:15014\",\"outcome\":\"unreachable\"");
    assertThat(post("/api/v1/guards/odd-1/reject?scope=this", "").statusCode()).isEqualTo(200);
    assertThat(post("/api/v1/transactions?scope=this", "{\"id\":\"abcd1234\"}").statusCode())
        .isEqualTo(201);
    assertProblem(
        post("/api/v1/transactions", "{\"id\":\"abcd1234\"}"),
        400,
        "id: without scope=this (expected: only from a replica)");
    assertProblem(
        post("/api/v1/guards/odd-1/reject?force=yes", ""),
        400,
        "force: yes (expected: false or true)");
    assertThat(source.actions)
        .containsExactly("approve odd-1 FORCED", "reject odd-1 THIS", "open PT10M abcd1234 THIS");
  }

  @Test
  void action_thatAReplicaCannotTakePartIn_isRefusedWithWhatEachDoes() throws Exception {
    HttpResponse<String> refused = post("/api/v1/guards/refused/approve", "");

    assertProblem(refused, 409, "nothing was done anywhere: gw-1: cannot be reached");
    assertThat(refused.body()).contains("\"replicas\":[{\"name\":\"gw-0\"");
    assertThat(source.actions).isEmpty();
  }

  @Test
  void replicas_sayWhatEachServes() throws Exception {
    source.addReplicas(Instant.EPOCH);
    JsonNode items = json("/api/v1/replicas").path("items");

    assertThat(items.findValuesAsText("name"))
        .containsExactly("gw-0", "gw-1", "http://10.0.0.3:15014");
    assertThat(items.findValuesAsText("reachable")).containsExactly("true", "true", "false");
    assertThat(items.findValuesAsText("same")).containsExactly("true", "false");
    assertThat(items.path(2).path("problem").asText()).isEqualTo("connection refused");
    assertThat(items.path(2).has("digest")).isFalse();
    assertThat(json("/api/v1/replica").path("digest").asText())
        .isEqualTo(items.path(0).path("digest").asText());
    assertThat(post("/api/v1/replica", "").statusCode()).isEqualTo(200);
  }
}
