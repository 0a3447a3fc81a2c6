package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways that are replicas of each other; the third has a folder of services of its own.
 */
class ReplicasTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SERVICES = 10;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder;
  private final List<Integer> ports = List.of(FreePorts.next(), FreePorts.next(), FreePorts.next());
  private final List<Gateway> gateways = new ArrayList<>();

  ReplicasTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    services("shared", SERVICES);
    services("third", SERVICES);
    for (int i = 0; i < 3; i++) {
      gateways.add(start(i));
    }
    await().atMost(LIMIT).until(() -> gateways.stream().allMatch(Gateway::isReady));
  }

  // In one file, so that a loss is seen as a whole.
  private void services(String directory, int count) {
    services(directory, count, "");
  }

  private void services(String directory, int count, String metadata) {
    new Workspace(folder)
        .write(
            directory + "/services.yaml",
            IntStream.range(0, count)
                .mapToObj(
                    i ->
                        "- {name: s"
                            + i
                            + ", metadata: {"
                            + metadata
                            + "}, instances: [{address: 10.0.0.1, port: 80}]}\n")
                .collect(Collectors.joining("", "services:\n", "")));
  }

  private Gateway start(int replica) throws IOException {
    Workspace workspace = new Workspace(folder.resolve("gateway-" + replica));
    Files.createDirectories(folder.resolve("gateway-" + replica));
    String addresses =
        ports.stream().map(port -> "http://127.0.0.1:" + port).collect(Collectors.joining(", "));
    workspace.write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:%d"}
        replicas: {addresses: [%s]}
        batching: {quiet: 10ms, max: 100ms}
        guard: {share: 0.3, atLeast: 3, confirmAfter: 1h}
        rules: [{when: {meta.pods: "yes"}, traffic: {workloadSelector: {app: s}}}]
        registries:
        - {name: files, type: file, path: ../%s, rescan: 100ms}
        """
            .formatted(ports.get(replica), addresses, replica < 2 ? "shared" : "third"));
    return workspace.start();
  }

  @AfterEach
  void stop() {
    gateways.forEach(Gateway::close);
  }

  private HttpResponse<String> send(int replica, String method, String path) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(replica) + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JsonMapper.builder().build().readTree(response.body());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode items(int replica, String path) {
    return json(send(replica, "GET", "/api/v1/" + path)).path("items");
  }

  private JsonNode done(int replica, int status, String path) {
    HttpResponse<String> response = send(replica, "POST", "/api/v1/" + path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return json(response);
  }

  private static List<String> outcomes(JsonNode result) {
    return result.path("replicas").findValuesAsText("outcome");
  }

  private void awaitServed(int replica, int services) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(items(replica, "resources")).hasSize(services));
  }

  private List<String> transactions(int replica) {
    return items(replica, "transactions").findValuesAsText("id");
  }

  // Until it holds all that is missing: a loss may come in parts.
  private String awaitGuard(int replica) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                items(replica, "guards").size() == 1
                    && items(replica, "resources").size()
                            - items(replica, "guards").path(0).path("heldServices").asInt()
                        == 4);
    return items(replica, "guards").path(0).path("id").asText();
  }

  @Test
  void hold_holdsAll_releaseAtAnotherOneReleasesAll() {
    JsonNode opened = done(0, 201, "transactions");
    String id = opened.path("id").asText();
    assertThat(outcomes(opened)).containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      assertThat(transactions(i)).containsExactly(id);
    }

    services("shared", SERVICES + 1);
    services("third", SERVICES + 1);
    for (int i = 0; i < 3; i++) {
      int replica = i;
      await()
          .atMost(LIMIT)
          .until(
              () -> items(replica, "registries").path(0).path("services").asInt() == SERVICES + 1);
      assertThat(items(i, "resources")).hasSize(SERVICES);
    }

    assertThat(outcomes(done(1, 200, "transactions/" + id + "/release")))
        .containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      assertThat(transactions(i)).isEmpty();
      awaitServed(i, SERVICES + 1);
    }
    assertThat(done(2, 404, "transactions/" + id + "/release").path("detail").asText())
        .isEqualTo(id + " (expected: the id of an open transaction)");
  }

  @Test
  void guard_isDecidedEverywhere() {
    services("shared", 4);
    services("third", 4);
    String id = awaitGuard(0);
    awaitGuard(1);
    awaitGuard(2);

    assertThat(outcomes(done(1, 200, "guards/" + id + "/reject")))
        .containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      int replica = i;
      await()
          .atMost(LIMIT)
          .until(() -> items(replica, "guards").path(0).path("state").asText().equals("rejected"));
    }
    assertThat(outcomes(done(2, 200, "guards/" + id + "/approve")))
        .containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      awaitServed(i, 4);
    }
    assertThat(done(0, 404, "guards/" + id + "/approve").path("replicas")).isEmpty();
  }

  @Test
  void approve_lossThatOneSawInOtherSteps_isTheSameLoss() {
    services("shared", 4);
    services("third", SERVICES - 2);
    awaitServed(2, SERVICES - 2);
    services("third", 4);
    String id = awaitGuard(0);
    awaitGuard(1);
    awaitGuard(2);

    assertThat(outcomes(done(2, 200, "guards/" + id + "/approve")))
        .containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      awaitServed(i, 4);
    }
  }

  @Test
  void approve_lossThatOneNoticesAMomentLater_isDoneEverywhere() throws Exception {
    services("shared", 4);
    String id = awaitGuard(0);
    awaitGuard(1);

    CompletableFuture<HttpResponse<String>> approved =
        client.sendAsync(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + ports.get(0) + "/api/v1/guards/" + id + "/approve"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    services("third", 4);

    HttpResponse<String> answer = approved.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(outcomes(json(answer))).containsExactly("done", "done", "done");
    for (int i = 0; i < 3; i++) {
      awaitServed(i, 4);
    }
  }

  @Test
  void approve_lossThatOneHasNotNoticed_isDoneNowhereUnlessForced() {
    services("shared", 4);
    String id = awaitGuard(0);
    awaitGuard(1);

    // Also if it is asked where nothing is known of it.
    for (int asked : List.of(0, 2)) {
      JsonNode refused = done(asked, 409, "guards/" + id + "/approve");
      assertThat(refused.path("detail").asText())
          .startsWith("nothing was approved anywhere: ")
          .contains("http://127.0.0.1:" + ports.get(2))
          .contains("has not noticed the loss yet and serves all as it was")
          .doesNotContain("http://127.0.0.1:" + ports.get(1))
          .endsWith("(expected: every replica; --force, or force=true, acts without those)");
      assertThat(outcomes(refused)).containsOnly("not_done");
      assertThat(items(0, "guards")).hasSize(1);
    }

    assertThat(outcomes(done(0, 200, "guards/" + id + "/approve?force=true")))
        .containsExactlyInAnyOrder("done", "done", "not_done");
    awaitServed(0, 4);
    awaitServed(1, 4);
    assertThat(items(2, "resources")).hasSize(SERVICES);

    // Once it notices, the same word again is for it alone.
    services("third", 4);
    String late = awaitGuard(2);
    assertThat(done(0, 409, "guards/" + late + "/reject").path("detail").asText())
        .contains("has let it go already; it cannot be kept there any more");
    assertThat(outcomes(done(0, 200, "guards/" + late + "/approve")))
        .containsExactlyInAnyOrder("already", "already", "done");
    awaitServed(2, 4);
  }

  @Test
  void approve_lossOfPodsThatOneHasNotNoticed_isDoneNowhere() {
    String pods = "pods: 'yes'";
    services("shared", SERVICES, pods);
    services("third", SERVICES, pods);
    for (int i = 0; i < 3; i++) {
      int replica = i;
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(send(replica, "GET", "/api/v1/services/files/s9").body())
                      .contains("its workloadSelector selects"));
    }
    services("shared", 4, pods);
    String id = awaitGuard(0);
    awaitGuard(1);

    for (int asked : List.of(0, 2)) {
      assertThat(done(asked, 409, "guards/" + id + "/approve").path("detail").asText())
          .contains("http://127.0.0.1:" + ports.get(2))
          .contains("has not noticed the loss yet and serves all as it was");
    }
  }

  @Test
  void replicaThatEnds_isNamed_andActionsAreRefusedUnlessForced() {
    String gone = "http://127.0.0.1:" + ports.get(2);
    gateways.get(2).close();

    JsonNode refused = done(0, 409, "transactions");
    assertThat(refused.path("detail").asText())
        .startsWith("nothing is held anywhere: ")
        .contains(gone)
        .contains("cannot be reached: connection refused");
    assertThat(transactions(0)).isEmpty();
    assertThat(transactions(1)).isEmpty();
    JsonNode shown = items(0, "replicas");
    assertThat(shown).hasSize(3);
    assertThat(shown.findValuesAsText("reachable"))
        .containsExactlyInAnyOrder("true", "true", "false");
    assertThat(send(0, "GET", "/metrics").body())
        .contains("fairlead_replicas 3.0")
        .contains("fairlead_replicas_reachable 2.0")
        .contains("fairlead_replicas_differing 0.0");

    JsonNode opened = done(0, 201, "transactions?force=true");
    String id = opened.path("id").asText();
    assertThat(outcomes(opened)).containsExactlyInAnyOrder("done", "done", "unreachable");
    assertThat(transactions(1)).containsExactly(id);
    assertThat(done(1, 409, "transactions/" + id + "/release").path("detail").asText())
        .startsWith("nothing is released anywhere: ")
        .contains(gone);
    assertThat(transactions(1)).containsExactly(id);
    assertThat(outcomes(done(1, 200, "transactions/" + id + "/release?force=true")))
        .containsExactlyInAnyOrder("done", "done", "unreachable");
    assertThat(transactions(0)).isEmpty();
  }

  @Test
  void replicaThatStarts_holdsWhatTheOthersHold() throws IOException {
    gateways.get(2).close();
    String id = done(0, 201, "transactions?force=true").path("id").asText();

    gateways.set(2, start(2));

    await().atMost(LIMIT).untilAsserted(() -> assertThat(transactions(2)).containsExactly(id));
    assertThat(gateways.get(2).isReady()).isTrue();
    assertThat(outcomes(done(2, 200, "transactions/" + id + "/release")))
        .containsExactly("done", "done", "done");
  }

  @Test
  void replicas_showWhatIsServed_andWhoDiffers() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(items(0, "replicas").findValuesAsText("same"))
                    .containsExactly("true", "true", "true"));
    JsonNode first = items(0, "replicas").path(0);
    assertThat(first.path("own").asBoolean()).isTrue();
    assertThat(first.path("address").asText()).isEqualTo("http://127.0.0.1:" + ports.get(0));
    assertThat(first.path("program").asText())
        .isEqualTo(BuildInfo.version())
        .isNotEqualTo("unknown");
    assertThat(first.path("resources").asInt()).isEqualTo(SERVICES);
    assertThat(items(0, "replicas").findValuesAsText("digest"))
        .hasSize(3)
        .containsOnly(first.path("digest").asText());

    services("third", SERVICES + 1);

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonNode shown = items(0, "replicas");
              assertThat(shown.findValuesAsText("same"))
                  .containsExactlyInAnyOrder("true", "true", "false");
              assertThat(shown.findValuesAsText("differsSince")).hasSize(1);
            });
    services("shared", SERVICES + 1);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(items(0, "replicas").findValuesAsText("same"))
                    .containsExactly("true", "true", "true"));
  }

  @Test
  void passedOnAction_isForThatReplicaAlone() {
    assertThat(done(0, 400, "transactions?scope=there").path("detail").asText())
        .isEqualTo("scope: there (expected: all or this)");
    String id = done(0, 201, "transactions?scope=this").path("id").asText();
    assertThat(transactions(0)).containsExactly(id);
    assertThat(transactions(1)).isEmpty();
    JsonNode released = done(1, 200, "transactions/" + id + "/release");
    assertThat(outcomes(released)).containsExactlyInAnyOrder("done", "already", "already");
  }
}
