package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DiscoveryClient;
import io.fairlead.harness.StateClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the answers why a service is, or is not, in the mesh, for each client of a real server.
 */
class ServiceAnswersTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ONE = "- {name: one, type: file, path: one}\n";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Workspace workspace;
  private @Nullable Gateway running;

  ServiceAnswersTest(@TempDir Path folder) throws IOException {
    workspace = new Workspace(folder);
    service("web", "10.0.0.1", "");
    service("shop", "10.0.0.2", "istio.io/rev: canary");
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private Gateway gateway() {
    return Objects.requireNonNull(running, "no gateway was started");
  }

  private void service(String name, String address, String metadata) {
    workspace.write(
        "one/" + name + ".yaml",
        """
        services:
        - name: %s
          namespace: team
          metadata: {%s}
          instances: [{address: %s, port: 80}]
        """
            .formatted(name, metadata, address));
  }

  private void start(String head, String registries) throws IOException {
    workspace.write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        batching: {quiet: 10ms, max: 100ms}
        %sregistries:
        %s"""
            .formatted(head, registries));
    running = workspace.start();
  }

  private void startReady(String head) throws IOException {
    start(head, ONE);
    await().atMost(LIMIT).until(gateway()::isReady);
  }

  private StateClient client(String revision) {
    StateClient client = new StateClient(gateway().xdsAddresses().get(0).port(), revision);
    client.subscribe(DiscoveryClient.SERVICE_ENTRY);
    return client;
  }

  private HttpResponse<String> http(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://" + gateway().adminAddress() + "/api/v1/" + path));
  }

  private JsonNode post(String path, String body) {
    return json(
        http(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)))
            .body());
  }

  private static JsonNode json(String text) {
    try {
      return JsonMapper.builder().build().readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private JsonNode answer(String name) {
    return json(http(request("services/one/team%2F" + name)).body());
  }

  private JsonNode awaitAnswer(String name, Consumer<JsonNode> assertion) {
    JsonNode[] answer = new JsonNode[1];
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              answer[0] = answer(name);
              assertion.accept(answer[0]);
            });
    return answer[0];
  }

  private static void assertReason(JsonNode answer, boolean has, String... parts) {
    JsonNode client = answer.path("clients").path(0);
    assertThat(client.path("reason").asText()).contains(parts);
    assertThat(client.path("has").asBoolean()).isEqualTo(has);
  }

  @Test
  void service_withoutAClient_isInNoMesh() throws IOException {
    startReady("");

    JsonNode answer = answer("web");

    assertThat(answer.path("clients")).isEmpty();
    assertThat(answer.path("explanation").asText())
        .startsWith("Not in the mesh: no istiod is connected.");
  }

  @Test
  void instances_areShownAsTheRegistryHasThem_withWhatBecameOfEach() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      many.append(", {address: 10.1.0.").append(i).append(", port: 80}");
    }
    workspace.write(
        "one/many.yaml",
        """
        services:
        - name: many
          namespace: team
          instances: [{address: 10.9.9.9, port: 80, healthy: false, weight: 3,
            locality: eu/a, metadata: {version: v1}}%s]
        """
            .formatted(many));
    startReady("");

    JsonNode all = answer("many").path("instances");
    assertThat(all.path("total").asInt()).isEqualTo(201);
    assertThat(all.path("endpoints").asInt()).isEqualTo(200);
    assertThat(all.path("items")).hasSize(100);
    assertThat(all.path("kept")).isEmpty();
    assertThat(all.path("items").path(0))
        .isEqualTo(
            json(
                """
                {"id": "10.9.9.9:80", "address": "10.9.9.9", "port": 80, "weight": 3.0,
                 "availability": "unhealthy", "locality": "eu/a", "metadata": {"version": "v1"},
                 "tags": [], "endpoint": "", "became": "out_of_service", "reason": "unhealthy",
                 "text": "the registry reports the instance as unhealthy"}
                """));
    assertThat(answer("many").path("steps").findValuesAsText("stage"))
        .startsWith("registry", "host", "namespace")
        .contains("port", "protocol", "endpoints");
    JsonNode one = answer("many?instance=10.1.0.199&instances=5").path("instances");
    assertThat(one.path("matching").asInt()).isEqualTo(1);
    assertThat(one.at("/items/0/endpoint").asText()).isEqualTo("10.1.0.199:80");
    assertThat(one.at("/items/0/became").asText()).isEqualTo("endpoint");
  }

  @Test
  void instances_behindAFurtherPort_areEndpointsByTheirOwnPort() throws IOException {
    start("rules: [{when: {service: web}, traffic: {extraPorts: [\"9090:7070/grpc\"]}}]\n", ONE);
    await().atMost(LIMIT).until(gateway()::isReady);

    JsonNode instances = answer("web").path("instances");

    assertThat(instances.path("endpoints").asInt()).isEqualTo(1);
    assertThat(instances.path("items").path(0).path("endpoint").asText()).isEqualTo("10.0.0.1:80");
    assertThat(instances.path("items").path(0).path("became").asText()).isEqualTo("endpoint");
    assertThat(instances.path("kept")).isEmpty();
  }

  @Test
  void service_whoseEndpointsArePods_saysSoOfItselfAndOfItsInstances() throws IOException {
    start("rules: [{when: {service: web}, traffic: {workloadSelector: {app: web}}}]\n", ONE);
    await().atMost(LIMIT).until(gateway()::isReady);

    JsonNode answer = answer("web");

    assertThat(answer.path("explanation").asText())
        .contains("whose endpoints are the pods that its workloadSelector selects")
        .doesNotContain("without an endpoint");
    JsonNode instance = answer.path("instances").path("items").path(0);
    assertThat(instance.path("became").asText()).isEqualTo("not_selected");
    assertThat(instance.path("reason").asText()).isEqualTo("replaced_by_pods");
  }

  @Test
  void service_thatARuleLeavesOut_saysWhichRuleDidIt() throws IOException {
    startReady("rules: [{when: {service: web}, select: drop}]\n");
    try (StateClient client = client("default")) {
      client.ack(client.await());

      JsonNode answer = answer("web");

      assertThat(answer.path("outcome").asText()).isEqualTo("not_selected");
      assertThat(answer.path("explanation").asText())
          .isEqualTo(
              "Not in the mesh, left out: a rule of the configuration leaves the service out"
                  + " (rules[0]).");
      assertThat(answer.at("/clients/0/reason").asText()).contains("left out: ", "rules[0]");
    }
  }

  @Test
  void service_ofAnotherRevision_isInTheMeshOfThatRevisionOnly() throws IOException {
    startReady("");
    try (StateClient stable = client("default");
        StateClient canary = client("canary")) {
      stable.ack(stable.await());
      canary.ack(canary.await());

      JsonNode answer =
          awaitAnswer(
              "shop",
              shown ->
                  assertThat(shown.path("explanation").asText())
                      .startsWith(
                          "In the mesh of 1 of 2 istiods as shop.team.file with 1 endpoint.")
                      .contains("revision: it is of canary, this istiod of default"));

      JsonNode first = answer.path("clients").path(0);
      assertThat(first.path("revision").asText()).isEqualTo("canary");
      assertThat(first.path("has").asBoolean()).isTrue();
      assertThat(first.path("reason").asText()).isEqualTo("acknowledged");
      assertThat(first.path("since").asText()).startsWith("20").endsWith("Z");
      JsonNode second = answer.path("clients").path(1);
      assertThat(second.path("revision").asText()).isEqualTo("default");
      assertThat(second.path("has").asBoolean()).isFalse();
      assertThat(second.path("since").isNull()).isTrue();
      assertThat(second.path("reason").asText()).startsWith("revision: ");
      assertThat(json(http(request("resources/file/shop.team.file")).body()).at("/status/clients"))
          .isEqualTo(answer.path("clients"));
    }
  }

  @Test
  void service_notAcknowledgedYet_saysSoUntilItIs() throws IOException {
    startReady("");
    try (StateClient client = client("default")) {
      DiscoveryResponse response = client.await();
      awaitAnswer("web", answer -> assertReason(answer, false, "not acknowledged yet"));
      assertThat(answer("web").path("explanation").asText())
          .startsWith("In the mesh of 0 of 1 istiod ");

      client.ack(response);
      awaitAnswer("web", answer -> assertReason(answer, true, "acknowledged"));

      service("web", "10.0.0.9", "");
      DiscoveryResponse changed = client.await();
      awaitAnswer(
          "web",
          answer -> assertReason(answer, true, "has an older state", "not acknowledged yet"));
      client.ack(changed);
      awaitAnswer(
          "web",
          answer -> assertThat(answer.at("/clients/0/reason").asText()).isEqualTo("acknowledged"));
    }
  }

  @Test
  void service_refusedByAClient_saysWhatItSaid() throws IOException {
    startReady("");
    try (StateClient client = client("default")) {
      client.nack(client.await(), "port name is wrong");
      awaitAnswer(
          "web", answer -> assertReason(answer, false, "refused by it: port name is wrong"));

      service("web", "10.0.0.9", "");
      client.ack(client.await());
      awaitAnswer("web", answer -> assertReason(answer, true, "acknowledged"));

      service("web", "10.0.0.10", "");
      client.nack(client.await(), "and this");
      awaitAnswer(
          "web",
          answer -> assertReason(answer, true, "has an older state", "refused by it: and this"));
    }
  }

  @Test
  void mergedService_thatTheGuardKeeps_showsItsOwnEndpointsAndNotThoseOfTheOthers()
      throws IOException {
    for (String name : new String[] {"left", "right"}) {
      String net = name.equals("left") ? "10.1.0." : "10.2.0.";
      pool(name, net, 4);
    }
    startReady(
        "guard: {share: 0.2, atLeast: 1, confirmAfter: 1h}\n"
            + "rules: [{when: {service: [left, right]}, name: {host: all.shop, merge: true}}]\n");

    pool("right", "10.2.0.", 1);

    JsonNode held =
        awaitAnswer(
                "right",
                answer -> assertThat(answer.at("/instances/keptTotal").asInt()).isEqualTo(3))
            .path("instances");
    assertThat(held.path("kept"))
        .extracting(JsonNode::asText)
        .containsExactly("10.2.0.1:80", "10.2.0.2:80", "10.2.0.3:80");
    assertThat(answer("left").at("/instances/kept")).isEmpty();
    assertThat(answer("left").path("endpoints").asInt()).isEqualTo(8);
  }

  private void pool(String name, String net, int instances) {
    workspace.write(
        "one/" + name + ".yaml",
        "services:\n- {name: "
            + name
            + ", namespace: team, instances: ["
            + IntStream.range(0, instances)
                .mapToObj(i -> "{address: " + net + i + ", port: 80}")
                .collect(Collectors.joining(", "))
            + "]}\n");
  }

  @Test
  void service_heldByTheGuard_saysSo() throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      service(name, "10.0.1.1", "");
    }
    startReady("guard: {share: 0.3, atLeast: 1}\n");
    try (StateClient client = client("default")) {
      client.ack(client.await());
      for (String name : new String[] {"a", "b", "c"}) {
        workspace.write("one/" + name + ".yaml", "services: []\n");
      }

      awaitAnswer(
          "a",
          answer -> {
            assertThat(answer.path("outcome").asText()).isEqualTo("held");
            assertThat(answer.path("explanation").asText())
                .startsWith("In the mesh of 1 of 1 istiod ")
                .contains("held by the deletion guard");
            assertReason(answer, true, "acknowledged", "held by the deletion guard");
          });
    }
  }

  @Test
  void service_withinATransaction_isHeldByItUntilItIsReleased() throws IOException {
    startReady("");
    try (StateClient client = client("default")) {
      client.ack(client.await());
      String id = post("transactions", "{\"ttl\":\"10m\"}").path("id").asText();
      service("late", "10.0.0.3", "");

      JsonNode answer =
          awaitAnswer("late", shown -> assertReason(shown, false, "held by transaction " + id));
      assertThat(answer.path("explanation").asText())
          .startsWith("Not in the mesh yet: held by transaction " + id)
          .containsOnlyOnce(id);
      assertThat(answer.path("outcome").asText()).isEqualTo("waiting");
      assertThat(answer.path("resource").asText()).isEmpty();
      assertThat(answer("web").path("explanation").asText())
          .startsWith("In the mesh of 1 of 1 istiod ")
          .contains("held by transaction " + id);

      post("transactions/" + id + "/release", "");
      client.ack(client.await());
      awaitAnswer("late", shown -> assertReason(shown, true, "acknowledged"));
    }
  }

  @Test
  void service_damped_saysUntilWhen() throws IOException {
    startReady("damping: {free: 1, window: 10m, first: 10m, max: 10m}\n");
    try (StateClient client = client("default")) {
      client.ack(client.await());
      for (int i = 0; i < 100; i++) {
        service("web", i % 2 == 0 ? "10.0.0.7" : "10.0.0.8", "");
        DiscoveryResponse response = client.poll(1000);
        if (response != null) {
          client.ack(response);
        }
        if (answer("web").path("explanation").asText().contains("damped until")) {
          break;
        }
      }
      awaitAnswer(
          "web",
          answer -> {
            assertThat(answer.path("explanation").asText()).contains("damped until");
            assertReason(answer, true, "damped until");
          });
    }
  }

  @Test
  void service_thatComesAndGoes_isDampedWhileItIsNotServed() throws IOException {
    startReady("damping: {free: 1, window: 10m, first: 10m, max: 10m}\n");
    String outcome = "";
    for (int i = 0; i < 20 && !outcome.equals("damped"); i++) {
      workspace.write("one/web.yaml", "services: []\n");
      await()
          .atMost(LIMIT)
          .until(() -> http(request("services/one/team%2Fweb")).statusCode() == 404);
      service("web", "10.0.0.7", "");
      outcome =
          awaitAnswer(
                  "web",
                  answer -> assertThat(answer.path("outcome").asText()).isIn("served", "damped"))
              .path("outcome")
              .asText();
    }

    assertThat(outcome).isEqualTo("damped");
    assertThat(answer("web").path("explanation").asText())
        .startsWith("Not in the mesh yet: damped until ");
    assertThat(answer("shop").path("outcome").asText()).isEqualTo("served");
  }

  @Test
  void service_ofARegistryThatWasNotRead_isNotKnownYet() throws IOException {
    workspace.write("broken/a.yaml", "services: [");
    start("", ONE + "- {name: broken, type: file, path: broken}\n");
    try (StateClient client = client("default")) {
      awaitAnswer("web", answer -> assertReason(answer, false, "registry broken not read yet"));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                JsonNode answer = json(http(request("services/broken/cart")).body());
                assertThat(answer.path("explanation").asText())
                    .startsWith("Not known yet: registry broken not read yet: ")
                    .contains("a.yaml");
                assertReason(answer, false, "registry broken not read yet");
              });
    }
  }

  @Test
  void service_unknown_isNotFoundAndSaysWhatWasExpected() throws IOException {
    startReady("");

    assertThat(http(request("services/one/team/none")).statusCode()).isEqualTo(404);
    assertThat(http(request("services/none/web")).body())
        .contains("none (expected: the name of a registry)");
    assertThat(http(request("services/one/team/web")).statusCode()).isEqualTo(200);
    assertThat(http(request("services/one/team%2Fweb")).statusCode()).isEqualTo(200);
  }
}
