package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fairlead.registry.Secret;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.versioning.Durability;
import io.fairlead.versioning.TransactionStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/openapi.yaml against the admin server: every route is described and every described
 * one is served; each described status is provoked, and what is answered then is as its schema
 * says, without a field that it does not have.
 */
class OpenApiTest {
  private static final Path FILE =
      Path.of(System.getProperty("fairlead.root"), "docs", "openapi.yaml");
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
  private static final Set<String> HEALTH = Set.of("/livez", "/readyz", "/metrics");
  private static final String API = "/api/v1";
  // Answers without end.
  private static final String EVENTS = API + "/events";

  private final HttpClient client = HttpClient.newHttpClient();
  private final SampleSource source = new WithAClient();
  private final JsonNode description = read();
  // METHOD path status, of the description.
  private final Set<String> provoked = new TreeSet<>();
  private final List<String> faults = new ArrayList<>();

  private static JsonNode read() {
    try {
      return YAMLMapper.builder().build().readTree(Files.readString(FILE));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A gateway with a client, besides what the samples have. */
  private static final class WithAClient extends SampleSource {
    WithAClient() {
      super(25);
    }

    @Override
    public List<ClientStatus> clients() {
      return List.of(
          new ClientStatus(
              7,
              "10.0.0.9:4711",
              "istiod-1",
              "default",
              "1.27.0",
              15010,
              Instant.EPOCH,
              "e-1",
              List.of(
                  new ClientStatus.SubscriptionStatus(
                      "networking.istio.io/v1/ServiceEntry",
                      "e-1",
                      "e-0",
                      3,
                      900,
                      1,
                      "refused",
                      Instant.EPOCH,
                      Instant.EPOCH,
                      Duration.ofSeconds(3)))));
    }
  }

  /** Actions that end as their id, or their time limit, says. */
  private static final class Ends implements AdminActions {
    private static final ReplicaResult SOME =
        new ReplicaResult("gw-0", "http://10.0.0.1:15014", ReplicaResult.Outcome.DONE, "done");

    private static ActionResult end(String id) {
      return switch (id) {
        case "done" -> ActionResult.done(List.of(SOME));
        case "refused" -> failed(ActionResult.Status.REFUSED);
        case "incomplete" -> failed(ActionResult.Status.INCOMPLETE);
        default -> failed(ActionResult.Status.UNKNOWN);
      };
    }

    private static ActionResult failed(ActionResult.Status status) {
      return ActionResult.failed(status, "why (expected: something else)", List.of(SOME));
    }

    @Override
    public ActionResult open(Duration ttl, Optional<String> id, Reach reach) {
      return switch ((int) ttl.toMinutes()) {
        case 1 -> failed(ActionResult.Status.REFUSED);
        case 2 -> failed(ActionResult.Status.TOO_MANY);
        case 3 -> failed(ActionResult.Status.INCOMPLETE);
        default ->
            new ActionResult(
                ActionResult.Status.DONE,
                "",
                List.of(SOME),
                Optional.of(
                    new TransactionStatus("t1", Instant.EPOCH, Instant.EPOCH.plus(ttl), 3)));
      };
    }

    @Override
    public ActionResult release(String id, Reach reach) {
      return end(id);
    }

    @Override
    public ActionResult approve(String guard, Reach reach) {
      return end(guard);
    }

    @Override
    public ActionResult reject(String guard, Reach reach) {
      return end(guard);
    }
  }

  private AdminServer start(String host, @Nullable Secret token) throws IOException {
    return AdminServer.start(
        new HostPort(host, 0), token, source, new Ends(), () -> "fairlead_ready 1.0\n");
  }

  @Test
  void routes_areThoseThatAreDescribed() throws IOException {
    Set<String> described = new TreeSet<>();
    operations().forEach(operation -> described.add(operation.method() + " " + operation.path()));
    Set<String> served = new TreeSet<>();
    try (AdminServer server = start("127.0.0.1", null)) {
      for (String route : server.routes()) {
        String path =
            route
                .replaceAll(":(\\w+)", "{$1}")
                .replaceFirst("/services/\\*?$", "/services/{registry}/{id}");
        // What is neither is a page of the console.
        if (path.contains(" " + API + "/") || HEALTH.stream().anyMatch(path::endsWith)) {
          served.add(path);
        }
      }
    }

    assertThat(described).as("docs/openapi.yaml: describe what is served there").isEqualTo(served);
    assertThat(described).hasSizeGreaterThan(20);
  }

  /** An operation of the description, with the statuses that it names. */
  private record Operation(String method, String path, JsonNode node) {}

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (var path : description.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          String method = operation.getKey().toUpperCase(java.util.Locale.ROOT);
          operations.add(new Operation(method, path.getKey(), operation.getValue()));
        }
      }
    }
    return operations;
  }

  @Test
  void answers_areAsDescribed_withEveryStatus() throws Exception {
    source.addReplicas(Instant.EPOCH);
    try (AdminServer server = start("127.0.0.1", null)) {
      for (Operation operation : operations()) {
        if (operation.method().equals("GET")
            && !operation.path().contains("{")
            && !operation.path().equals(EVENTS)) {
          check(server, operation, operation.path(), "", 200);
          if (operation.node().path("responses").has("400")) {
            check(server, operation, operation.path() + "?limit=0", "", 400);
          }
        }
      }
      get(server, "/resources/{namespace}/{name}", "/resources/shop/web-002", 200);
      get(server, "/resources/{namespace}/{name}", "/resources/shop/none", 404);
      get(server, "/resources/{namespace}/{name}", "/resources/shop/web-000?format=yaml", 200);
      get(server, "/resources/{namespace}/{name}", "/resources/shop/web-000?format=xml", 400);
      String document = "/documents/{kind}/{namespace}/{name}";
      get(server, document, "/documents/VirtualService/shop/orders", 200);
      get(server, document, "/documents/DestinationRule/shop/orders", 200);
      get(server, document, "/documents/VirtualService/shop/none", 404);
      commits(server);
      listenUntilRefused(server);
      get(server, "/services/{registry}/{id}", "/services/even/web-000", 200);
      get(server, "/services/{registry}/{id}", "/services/even/broken", 200);
      get(server, "/services/{registry}/{id}", "/services/odd/any", 200);
      get(server, "/services/{registry}/{id}", "/services/even/none", 404);
      get(server, "/services/{registry}/{id}", "/services/even/web-000?instances=-1", 400);
      act(server);
      source.readiness(
          new ReadinessStatus(
              false,
              List.of(new ReadinessStatus.Waiting("odd", "connection refused")),
              true,
              new Durability(false, "disk full", Optional.of(Instant.EPOCH), 7)));
      check(server, operation("GET", "/readyz"), "/readyz", "", 503);
      // Refused before they are looked at.
      check(server, operation("GET", API + "/guards"), API + "/guards/%00", "", 400);
      check(server, operation("GET", API + "/guards"), API + "/none", "", 404);
    }
    for (Operation operation : operations()) {
      if (operation.method().equals("POST")) {
        String path = operation.path().replace("{id}", "done");
        refusedForItsToken(operation, path, new Secret.Env("PATH"), 401);
        refusedForItsToken(operation, path, null, 403);
        refusedForItsToken(operation, path, new Secret.Env("FAIRLEAD_NOT_SET"), 503);
      }
    }

    assertThat(faults).isEmpty();
    Set<String> described = new TreeSet<>();
    for (Operation operation : operations()) {
      for (var response : operation.node().path("responses").properties()) {
        if (!response.getKey().equals("default")) {
          described.add(operation.method() + " " + operation.path() + " " + response.getKey());
        }
      }
    }
    described.removeAll(provoked);
    assertThat(described).as("described, but not provoked here").isEmpty();
  }

  private void commits(AdminServer server) throws Exception {
    source.commitAnother();
    String newest = "/commits/" + source.snapshot().number();
    String change = "/commits/{number}/{namespace}/{name}";
    get(server, "/commits/{number}", newest, 200);
    get(server, "/commits/{number}", "/commits/1", 404);
    get(server, "/commits/{number}", "/commits/one", 400);
    JsonNode changes =
        JsonMapper.builder().build().readTree(send(server, "GET", API + newest, "").body());
    for (JsonNode each : changes.path("changes")) {
      get(server, change, newest + "/" + each.path("name").asText(), 200);
    }
    get(server, change, newest + "/shop/none", 404);
    get(server, change, "/commits/one/shop/web-000", 400);
  }

  private void listenUntilRefused(AdminServer server) throws Exception {
    Operation events = operation("GET", EVENTS);
    List<InputStream> open = new ArrayList<>();
    for (int status = 200; status == 200 && open.size() < 1000; ) {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://" + server.address() + EVENTS)).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      open.add(response.body());
      status = response.statusCode();
      provoked.add("GET " + EVENTS + " " + status);
      String type = response.headers().firstValue("content-type").orElse("");
      JsonNode described = events.node().path("responses").path(Integer.toString(status));
      if (!described.path("content").has(type.replaceFirst(";.*", ""))) {
        faults.add("GET " + EVENTS + " " + status + ": not described with " + type);
      }
    }
    for (InputStream each : open) {
      each.close();
    }
  }

  private void act(AdminServer server) throws Exception {
    check(server, operation("POST", API + "/replica"), API + "/replica", "", 200);
    Operation open = operation("POST", API + "/transactions");
    check(server, open, API + "/transactions", "{\"ttl\": \"10m\"}", 201);
    check(server, open, API + "/transactions", "{\"ttl\": \"soon\"}", 400);
    check(server, open, API + "/transactions", "{\"ttl\": \"1m\"}", 409);
    check(server, open, API + "/transactions", "{\"ttl\": \"2m\"}", 429);
    check(server, open, API + "/transactions", "{\"ttl\": \"3m\"}", 502);
    for (Operation operation : operations()) {
      if (operation.method().equals("POST") && operation.path().contains("{id}")) {
        check(server, operation, operation.path().replace("{id}", "done"), "", 200);
        check(server, operation, operation.path().replace("{id}", "done") + "?scope=x", "", 400);
        check(server, operation, operation.path().replace("{id}", "unknown"), "", 404);
        check(server, operation, operation.path().replace("{id}", "refused"), "", 409);
        check(server, operation, operation.path().replace("{id}", "incomplete"), "", 502);
      }
    }
  }

  private void refusedForItsToken(
      Operation operation, String path, @Nullable Secret token, int status) throws Exception {
    try (AdminServer open = start("0.0.0.0", token)) {
      check(open, operation, path, "", status);
    }
  }

  private void get(AdminServer server, String template, String path, int status) throws Exception {
    check(server, operation("GET", API + template), API + path, "", status);
  }

  private Operation operation(String method, String path) {
    return operations().stream()
        .filter(each -> each.method().equals(method) && each.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError(method + " " + path + ": not described"));
  }

  private void check(AdminServer server, Operation operation, String path, String body, int status)
      throws Exception {
    HttpResponse<String> response = send(server, operation.method(), path, body);
    String what = operation.method() + " " + path + " " + response.statusCode();
    provoked.add(operation.method() + " " + operation.path() + " " + response.statusCode());
    if (response.statusCode() != status) {
      faults.add(what + ": expected " + status + ": " + response.body());
      return;
    }
    JsonNode responses = operation.node().path("responses");
    JsonNode described = resolved(responses.path(Integer.toString(status)));
    if (described.isMissingNode()) {
      described = resolved(responses.path("default"));
    }
    String type = response.headers().firstValue("content-type").orElse("").replaceFirst(";.*", "");
    JsonNode schema = described.path("content").path(type).path("schema");
    if (schema.isMissingNode()) {
      faults.add(what + ": not described with " + type);
    } else if (type.endsWith("json")) {
      JsonNode answer = JsonMapper.builder().build().readTree(response.body());
      validate(schema, answer).forEach(error -> faults.add(what + ": " + error));
      if (answer.path("items").isArray() && answer.path("items").isEmpty()) {
        faults.add(what + ": nothing in the list (expected: an item, to hold against its schema)");
      }
    }
  }

  private HttpResponse<String> send(AdminServer server, String method, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText("");
    return reference.isEmpty() ? node : description.at(reference.substring(1));
  }

  private Set<String> validate(JsonNode schema, JsonNode answer) {
    ObjectNode whole = strict(schema);
    ObjectNode components = description.path("components").deepCopy();
    close(components);
    whole.set("components", components);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(whole)
        .validate(answer)
        .stream()
        .map(Error::toString)
        .collect(Collectors.toCollection(HashSet::new));
  }

  // Another field than those that are described is a fault here, though not for who reads it.
  private static ObjectNode strict(JsonNode schema) {
    JsonNode closed = schema.deepCopy();
    close(closed);
    ObjectNode strict = JsonMapper.builder().build().createObjectNode();
    strict.putArray("allOf").add(closed);
    return strict.put("unevaluatedProperties", false);
  }

  private static void close(JsonNode node) {
    if (node instanceof ArrayNode array) {
      array.forEach(OpenApiTest::close);
    } else if (node instanceof ObjectNode object) {
      for (var entry : object.properties()) {
        close(entry.getValue());
      }
      if (object.path("items").isObject()) {
        ObjectNode items = JsonMapper.builder().build().createObjectNode();
        items.putArray("allOf").add(object.get("items"));
        object.set("items", items.put("unevaluatedProperties", false));
      }
    }
  }

  @Test
  void description_isServed() throws Exception {
    try (AdminServer server = start("127.0.0.1", null)) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://" + server.address() + API + "/openapi.yaml"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());

      assertThat(response.body()).isEqualTo(Files.readString(FILE));
    }
    assertThat(description.path("openapi").asText()).isEqualTo("3.1.0");
    assertThat(operations())
        .extracting(operation -> operation.node().path("operationId").asText())
        .doesNotHaveDuplicates()
        .doesNotContain("");
  }
}
