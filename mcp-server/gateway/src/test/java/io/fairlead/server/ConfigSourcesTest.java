package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Istio configuration from files, from the configuration's key to a client. */
class ConfigSourcesTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ROUTES = "networking.istio.io/v1/VirtualService";
  private static final String MESH = "- {name: mesh, type: file, path: mesh}\n";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Workspace workspace;
  private Gateway gateway;
  private StateClient client;

  ConfigSourcesTest(@TempDir Path folder) {
    this.workspace = new Workspace(folder);
  }

  @BeforeEach
  void start() throws IOException {
    workspace.service("one", "web", "10.0.0.1");
    configure(MESH);
    workspace.write("mesh/web.yaml", route("web", "web.one"));
    gateway = workspace.start();
    client = new StateClient(gateway.xdsAddresses().get(0).port(), "");
    client.subscribe(ROUTES);
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  private void configure(String sources) {
    workspace.configure(
        "- {name: one, type: file, path: one, host: \"{service}.one\"}\n"
            + (sources.isEmpty() ? "" : "configs:\n" + sources));
  }

  private static String route(String name, String host) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s}
        spec:
          hosts: [%s]
          http: [{route: [{destination: {host: %s}}]}]
        """
        .formatted(name, host, host);
  }

  private List<String> next() {
    DiscoveryResponse response = client.await();
    client.ack(response);
    return response.getResourcesList().stream()
        .map(
            any -> {
              try {
                return any.unpack(Resource.class).getMetadata().getName();
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .sorted()
        .toList();
  }

  private String metrics() {
    return get("/metrics");
  }

  private JsonNode items(String list) {
    return tree(list).path("items");
  }

  private JsonNode warningsOfLate() {
    JsonNode warnings = tree("documents/DestinationRule/default/late").path("warnings");
    assertThat(warnings.isArray()).isTrue();
    return warnings;
  }

  private JsonNode tree(String path) {
    try {
      return JsonMapper.builder().build().readTree(get("/api/v1/" + path));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private String get(String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(gateway.adminUrls().get(0) + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitMetric(String sample) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(metrics()).containsPattern("(?m)^" + sample + "$"));
  }

  @Test
  void document_isServedFromTheFirstAnswerOnAndGoesWithItsFile() {
    assertThat(next()).containsExactly("default/web");

    workspace.write("mesh/more.yaml", route("shop", "shop.one"));

    assertThat(next()).containsExactly("default/shop", "default/web");
    JsonNode line = items("resources?registry=configs/mesh").path(0);
    assertThat(line.path("name").asText()).isEqualTo("default/shop");
    assertThat(line.path("source").asText()).isEqualTo("configs/mesh");
    assertThat(line.path("document").asText()).isEqualTo("more.yaml");
  }

  @Test
  void brokenEdit_sendsNothingAndIsCounted() {
    assertThat(next()).containsExactly("default/web");

    workspace.write("mesh/web.yaml", route("web", "web.one").replace("route:", "rout:"));
    awaitMetric("fairlead_config_source_problems\\{severity=\"error\",source=\"mesh\"} [1-9].*");
    client.awaitSilence();
    JsonNode source = items("configs").path(0);
    assertThat(source.path("state").asText()).isEqualTo("up");
    assertThat(source.path("resources").asInt()).isZero();
    JsonNode problem = source.path("problems").path(0);
    assertThat(problem.path("document").asText() + ":" + problem.path("line").asInt())
        .isEqualTo("web.yaml:6");
    assertThat(problem.path("resource").asText()).isEqualTo("VirtualService default/web");
    assertThat(problem.path("text").asText()).contains("expected: did you mean route?");
    JsonNode refused = items("refused?registry=configs/mesh").path(0);
    assertThat(refused.path("service").asText()).isEqualTo("web.yaml");
    assertThat(refused.path("findings").path(0).path("detail").asText()).startsWith("web.yaml:6:");
    assertThat(items("refused?reason=invalid_document")).hasSize(1);
    assertThat(items("refused?registry=one")).isEmpty();

    workspace.write("mesh/web.yaml", route("web", "shop.one"));
    assertThat(next()).containsExactly("default/web");
    awaitMetric("fairlead_config_source_problems\\{severity=\"error\",source=\"mesh\"} 0.0");
  }

  @Test
  void sourcesOfAChangedConfiguration_comeAndGo() {
    assertThat(next()).containsExactly("default/web");

    workspace.write("other/shop.yaml", route("shop", "shop.one"));
    configure(MESH + "- {name: other, type: file, path: other, namespace: shop}\n");
    assertThat(next()).containsExactly("default/web", "shop/shop");
    awaitMetric("fairlead_config_source_documents\\{source=\"other\"} 1.0");

    configure("");
    assertThat(next()).isEmpty();
    await().atMost(LIMIT).until(() -> !metrics().contains("fairlead_config_source_up{"));
  }

  @Test
  void sourceThatCannotBeRead_isDownAndKeepsWhatItHad() {
    assertThat(next()).containsExactly("default/web");
    awaitMetric("fairlead_config_source_up\\{source=\"mesh\"} 1.0");

    configure("- {name: mesh, type: file, path: nowhere}\n");

    awaitMetric("fairlead_config_source_up\\{source=\"mesh\"} 0.0");
    client.awaitSilence();
  }

  private static String rule(String version) {
    return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: late}
        spec:
          host: late.one
          subsets: [{name: now, labels: {version: %s}}]
        """
        .formatted(version);
  }

  private void serveLate(String version) {
    workspace.write(
        "one/late.yaml",
        """
        services:
        - name: late
          instances:
          - {address: 10.0.0.2, port: 80, metadata: {version: %s}}
        """
            .formatted(version));
  }

  private void awaitWarnings(int count) {
    awaitMetric(
        "fairlead_config_source_problems\\{severity=\"warning\",source=\"mesh\"} " + count + ".0");
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (JsonNode problem : items("configs").path(0).path("problems")) {
      assertThat(problem.path("severity").asText()).isEqualTo("warning");
      warnings.add(
          "%s:%s:%s: %s: %s"
              .formatted(
                  problem.path("document").asText(),
                  problem.path("line").asText(),
                  problem.path("column").asText(),
                  problem.path("path").asText(),
                  problem.path("text").asText()));
    }
    return warnings;
  }

  @Test
  void references_areToldOfFromWhenTheyLeadNowhereUntilTheyLeadSomewhere() {
    workspace.write("mesh/late.yaml", rule("v1"));
    awaitWarnings(1);
    assertThat(warnings())
        .containsExactly(
            "late.yaml:5:9: spec.host: late.one, a host that no registry and no config source has"
                + " (expected: the host of a service, here or in Kubernetes)");

    assertThat(warningsOfLate()).hasSize(1);
    assertThat(warningsOfLate().path(0).path("path").asText()).isEqualTo("spec.host");

    serveLate("v1");
    awaitWarnings(0);
    assertThat(warningsOfLate()).isEmpty();

    serveLate("v2");
    awaitWarnings(1);
    assertThat(warnings())
        .containsExactly(
            "late.yaml:6:33: spec.subsets[0].labels: {version=v1}, which no endpoint of late.one has"
                + " (expected: labels of endpoints: the subset is empty)");

    // What is served stays the same, and the place moves.
    workspace.write("mesh/late.yaml", "# A comment.\n" + rule("v1"));
    await().atMost(LIMIT).until(() -> warnings().get(0).startsWith("late.yaml:7:33: "));

    workspace.write("mesh/late.yaml", rule("v2"));
    awaitWarnings(0);
  }

  @Test
  void referencesToWhatKubernetesMayHave_areIgnoredOnRequest() {
    workspace.write("mesh/late.yaml", rule("v1"));
    awaitWarnings(1);

    configure("- {name: mesh, type: file, path: mesh, unseen: ignore}\n");
    awaitWarnings(0);
  }
}
