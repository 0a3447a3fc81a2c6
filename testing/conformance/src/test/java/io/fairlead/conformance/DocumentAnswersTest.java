package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Tests that what the gateway answers about documents is what real istiods of two revisions have,
 * for each cause for which one has a resource, or lacks it.
 */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class DocumentAnswersTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: @xds@}
          admin: {address: @admin@}
          guard: {share: 0.5, atLeast: 1, confirmAfter: 1h}
          registries:
          - {name: services, type: file, path: services, host: "{service}.shop", namespace: shop}
          configs:
          - {name: first, type: file, path: first, priority: 200, rescan: 200ms, settle: 50ms}
          - {name: second, type: file, path: second, rescan: 200ms, settle: 50ms}
          """);

  private void write(String name, String text) throws IOException {
    Path file = gateway.folder().resolve(name);
    Files.createDirectories(file.getParent());
    Path whole = file.resolveSibling("." + file.getFileName());
    Files.writeString(whole, text);
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String route(String name, String timeout, String labels) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: shop%s}
        spec:
          hosts: [%s.shop]
          http: [{route: [{destination: {host: orders.shop}}], timeout: %s}]
        """
        .formatted(name, labels, name, timeout);
  }

  // The answer, once it is that outcome and says of each istiod what it has.
  private JsonNode awaitTruth(String name, String outcome, Map<String, IstiodServer> istiods) {
    await(name + " is " + outcome)
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonNode answer = answer(name);
              assertThat(answer.path("outcome").asText()).isEqualTo(outcome);
              assertThat(answer.path("clients")).hasSize(istiods.size());
              for (JsonNode client : answer.path("clients")) {
                IstiodServer istiod =
                    Objects.requireNonNull(istiods.get(client.path("revision").asText()));
                assertThat(client.path("has").asBoolean())
                    .as("%s of %s", name, client)
                    .isEqualTo(
                        istiod.configs("VirtualService").stream()
                            .anyMatch(config -> config.name().equals(name)));
              }
            });
    return answer(name);
  }

  private JsonNode answer(String name) {
    return gateway.get("/api/v1/documents/VirtualService/shop/" + name);
  }

  private static String reason(JsonNode answer, String revision) {
    for (JsonNode client : answer.path("clients")) {
      if (client.path("revision").asText().equals(revision)) {
        return client.path("reason").asText();
      }
    }
    throw new AssertionError(revision + " is not in " + answer);
  }

  @Test
  void answersAboutDocuments_areTrueForEachCause() throws IOException {
    write(
        "services/orders.yaml",
        "services: [{name: orders, instances: [{address: 10.0.0.1, port: 80}]}]");
    write("first/orders.yaml", route("orders", "5s", ""));
    write("second/orders.yaml", route("orders", "6s", "") + "---\n" + route("own", "6s", ""));
    write("first/canary.yaml", route("canary", "5s", ", labels: {istio.io/rev: canary}"));
    write("first/refused.yaml", route("refused", "soon", ""));
    try (gateway) {
      gateway.start().awaitReady();
      try (IstiodServer old =
              IstiodServer.builder("1.18.2").sources(gateway.source()).revision("canary").start();
          IstiodServer istiod = IstiodServer.builder("1.27.0").sources(gateway.source()).start()) {
        Map<String, IstiodServer> istiods = Map.of("canary", old, "default", istiod);
        istiods.values().forEach(IstiodServer::awaitSynced);

        assertThat(awaitTruth("orders", "served", istiods).path("explanation").asText())
            .contains("In the mesh of 2 of 2 istiods. It is served from configs/first orders.yaml.")
            .contains(
                "configs/second orders.yaml has it, too, and is not served, since the priority");
        assertThat(reason(awaitTruth("canary", "served", istiods), "default"))
            .isEqualTo("revision: it is of canary, this istiod of default");
        assertThat(reason(awaitTruth("refused", "refused", istiods), "default"))
            .startsWith("refused: spec.http[0].timeout: soon");

        // Lost against another source no more; what it says now is refused, and the former stays.
        Files.delete(gateway.folder().resolve("first/orders.yaml"));
        write(
            "second/orders.yaml", route("orders", "later", "") + "---\n" + route("own", "6s", ""));
        assertThat(awaitTruth("orders", "outdated", istiods).path("explanation").asText())
            .contains("It is served from configs/second orders.yaml.")
            .contains("What is served is the last valid version");

        Files.delete(gateway.folder().resolve("second/orders.yaml"));
        assertThat(awaitTruth("own", "held", istiods).path("explanation").asText())
            .contains("fairlead approve configs-second-");

        Files.move(gateway.folder().resolve("first"), gateway.folder().resolve("elsewhere"));
        await("the outage is said")
            .atMost(LIMIT)
            .until(
                () ->
                    answer("canary")
                        .path("explanation")
                        .asText()
                        .contains(
                            "The source first cannot be read at present, so this may be old"));
        awaitTruth("canary", "served", istiods);
      }
    }
  }
}
