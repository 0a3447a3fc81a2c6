package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.StateClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the answers why a resource of a document is, or is not, in the mesh of each client: each
 * cause is told.
 */
class DocumentAnswersTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ROUTES = "networking.istio.io/v1/VirtualService";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final Workspace workspace;
  private Gateway gateway;
  private StateClient client;

  DocumentAnswersTest(@TempDir Path folder) {
    this.folder = folder;
    this.workspace = new Workspace(folder);
  }

  @BeforeEach
  void start() throws IOException {
    workspace.service("one", "web", "10.0.0.1");
    workspace.configure(
        """
        - {name: one, type: file, path: one}
        configs:
        - {name: high, type: file, path: high, priority: 200, rescan: 100ms, settle: 10ms}
        - {name: low, type: file, path: low, rescan: 100ms, settle: 10ms}
        guard: {share: 0.1, atLeast: 1, confirmAfter: 1h}
        """);
    workspace.write("high/web.yaml", route("web", "5s", ""));
    workspace.write("low/web.yaml", route("web", "6s", "") + "---\n" + route("own", "6s", ""));
    gateway = workspace.start();
    client = new StateClient(gateway.xdsAddresses().get(0).port(), "stable");
    client.subscribe(ROUTES);
    client.ack(client.await());
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  private static String route(String name, String timeout, String labels) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: shop%s}
        spec:
          hosts: [%s.one]
          http: [{route: [{destination: {host: web.one}}], timeout: %s}]
        """
        .formatted(name, labels, name, timeout);
  }

  private HttpResponse<String> get(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(gateway.adminUrls().get(0) + "/api/v1/" + path))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JsonMapper.builder().build().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode awaitAnswer(String name, Consumer<JsonNode> assertion) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertion.accept(json(get("documents/VirtualService/shop/" + name).body())));
    return json(get("documents/VirtualService/shop/" + name).body());
  }

  private static void assertOutcome(JsonNode answer, String outcome, String... explanation) {
    assertThat(answer.path("outcome").asText()).as(answer.toString()).isEqualTo(outcome);
    for (String part : explanation) {
      assertThat(answer.path("explanation").asText()).contains(part);
    }
  }

  private static void assertReason(JsonNode answer, boolean has, String reason) {
    assertThat(answer.at("/clients/0/has").asBoolean()).as(answer.toString()).isEqualTo(has);
    assertThat(answer.at("/clients/0/reason").asText()).contains(reason);
  }

  @Test
  void documentsOfTwoSources_sayWhoseIsServedAndWhy() {
    JsonNode answer =
        awaitAnswer("web", shown -> assertThat(shown.path("clientsWith").asInt()).isEqualTo(1));

    assertOutcome(
        answer,
        "served",
        "In the mesh of 1 of 1 istiod. It is served from configs/high web.yaml.",
        "configs/low web.yaml has it, too, and is not served, since the priority of high is higher.");
    assertReason(answer, true, "acknowledged");
    assertThat(answer.path("documents").findValuesAsText("served"))
        .containsExactly("true", "false");
    JsonNode list = json(get("documents?registry=configs/low").body()).path("items");
    assertThat(list.findValuesAsText("name")).containsExactly("shop/own", "shop/web");
    assertThat(json(get("documents?q=OWN&outcome=served").body()).path("total").asInt())
        .isEqualTo(1);
  }

  @Test
  void documentOfAnotherRevision_saysOfWhich() {
    workspace.write("high/canary.yaml", route("canary", "5s", ", labels: {istio.io/rev: canary}"));

    JsonNode answer =
        awaitAnswer(
            "canary",
            shown ->
                assertReason(shown, false, "revision: it is of canary, this istiod of stable"));

    assertOutcome(answer, "served", "In the mesh of 0 of 1 istiod.");
  }

  @Test
  void documentThatIsRefused_saysWhetherTheVersionBeforeIsServed() {
    workspace.write("high/new.yaml", route("new", "soon", ""));
    workspace.write("high/web.yaml", route("web", "later", ""));

    JsonNode never =
        awaitAnswer(
            "new", shown -> assertReason(shown, false, "refused: spec.http[0].timeout: soon"));
    JsonNode before = awaitAnswer("web", shown -> assertOutcome(shown, "outdated"));

    assertOutcome(
        never, "refused", "Not in the mesh: every version of it that was read is refused");
    assertThat(never.at("/problems/0/line").asInt()).isEqualTo(6);
    assertThat(never.path("documents")).isEmpty();
    assertOutcome(before, "outdated", "What is served is the last valid version");
    assertReason(before, true, "acknowledged");
  }

  @Test
  void documentThatIsNoYaml_saysThatAnEarlierVersionIsServedAndWhere() {
    workspace.write("high/web.yaml", route("web", "7s", "") + "  x: [\n");

    JsonNode broken = awaitAnswer("web", shown -> assertOutcome(shown, "outdated"));

    assertOutcome(broken, "outdated", "What is served is the last valid version");
    assertThat(broken.at("/problems/0/document").asText()).isEqualTo("web.yaml");
    assertThat(broken.at("/problems/0/text").asText()).contains("expected");
    // A part that can be read is what it says, whatever stands beside it.
    workspace.write("high/web.yaml", route("web", "8s", "") + "---\nkind: [\n");
    JsonNode beside = awaitAnswer("web", shown -> assertOutcome(shown, "served"));
    assertThat(beside.path("problems")).isEmpty();
  }

  @Test
  void documentThatIsGone_isHeldByTheGuard_untilThatIsApproved() throws IOException {
    Files.delete(folder.resolve("high/web.yaml"));
    Files.delete(folder.resolve("low/web.yaml"));

    JsonNode held = awaitAnswer("own", shown -> assertOutcome(shown, "held", "fairlead approve"));

    assertReason(held, true, "acknowledged");
  }

  @Test
  void documentOfASourceInAnOutage_saysThatItMayBeOld() throws IOException {
    Files.move(folder.resolve("low"), folder.resolve("elsewhere"));

    awaitAnswer(
        "own",
        shown ->
            assertOutcome(
                shown, "served", "The source low cannot be read at present, so this may be old: "));
  }

  @Test
  void resourceThatNoDocumentHas_saysWhatCannotBeRead() {
    workspace.write("high/broken.yaml", "kind: [\n");

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        json(get("documents/VirtualService/shop/none").body())
                            .path("detail")
                            .asText())
                    .contains(
                        "VirtualService/shop/none: no document has it (expected: KIND/NAMESPACE/NAME of",
                        "a part that nobody can assign: configs/high broken.yaml:"));
    assertThat(get("documents/VirtualService/shop/none").statusCode()).isEqualTo(404);
  }

  @Test
  void transaction_isSaid() {
    assertThat(json(post("transactions", "{\"ttl\": \"10m\"}").body()).path("id").asText())
        .isNotEmpty();
    workspace.write("high/new.yaml", route("new", "5s", ""));

    awaitAnswer("new", shown -> assertReason(shown, false, "held by transaction"));
  }

  private HttpResponse<String> post(String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(gateway.adminUrls().get(0) + "/api/v1/" + path))
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
