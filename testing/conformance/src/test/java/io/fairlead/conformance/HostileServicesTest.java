package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.testkit.HostileServices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Whatever a registry holds, istiod takes all that the gateway serves, and the gateway serves all
 * that its preview shows.
 */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileServicesTest {
  private static final int SERVICES = 5000;
  private static final int SERVICES_A_FILE = 100;
  private static final long SEED = 20260901;

  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: "@xds@"}
          admin: {address: "@admin@"}
          store: {path: data/fairlead.db}
          registries:
          - {name: hostile, type: file, path: services/, protocol: http}
          """);

  @BeforeAll
  void writeServices() throws IOException {
    Path folder = Files.createDirectories(gateway.folder().resolve("services"));
    // More than needed, since some differ only in what a services file does not say.
    List<String> services =
        HostileYaml.services(HostileServices.of(SEED, SERVICES * 5 / 4)).subList(0, SERVICES);
    for (int first = 0; first < services.size(); first += SERVICES_A_FILE) {
      List<String> part =
          services.subList(first, Math.min(services.size(), first + SERVICES_A_FILE));
      Files.writeString(
          folder.resolve(String.format("services-%05d.yaml", first)),
          "services:\n" + String.join("", part),
          StandardCharsets.UTF_8);
    }
  }

  @AfterAll
  void endGateway() {
    gateway.close();
  }

  @Test
  void serviceEntries_equalThePreview() throws IOException {
    GatewayProcess.Result preview = gateway.run("preview", "--config", gateway.config().toString());
    assertThat(preview.exitCode()).as(preview.err()).isZero();
    SortedMap<String, String> expected = previewed(preview.out());
    // A quarter of the services is sane, so far more than none must be served.
    assertThat(expected).hasSizeGreaterThan(SERVICES / 2);
    assertThat(preview.err()).isNotEmpty();

    gateway.start().awaitListening();
    // An istiod without a revision takes the entries of all revisions (1.27.0), or only those
    // without a label (1.18.2).
    try (Istiods istiods = Istiods.start(gateway.source(), "")) {
      gateway.awaitReady();
      istiods.awaitSynced();
      istiods.each(
          (version, istiod) ->
              await("istiod " + version)
                  .atMost(Duration.ofSeconds(60))
                  .pollInterval(Duration.ofSeconds(1))
                  .untilAsserted(
                      () ->
                          assertThat(differences(expected, held(istiod.serviceEntries())))
                              .as("istiod %s", version)
                              .isEmpty()));
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  private static SortedMap<String, String> previewed(String yaml) throws IOException {
    SortedMap<String, String> entries = new TreeMap<>();
    try (MappingIterator<JsonNode> documents =
        new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        JsonNode metadata = document.path("metadata");
        String name = metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
        String text =
            text(
                metadata.path("creationTimestamp").asText(),
                metadata.path("labels"),
                metadata.path("annotations"),
                document.path("spec"));
        assertThat(entries.put(name, text)).as(name).isNull();
      }
    }
    return entries;
  }

  private static SortedMap<String, String> held(List<IstioConfig> configs) {
    SortedMap<String, String> entries = new TreeMap<>();
    YAMLMapper mapper = new YAMLMapper();
    for (IstioConfig config : configs) {
      entries.put(
          config.fullName(),
          text(
              config.creation(),
              mapper.valueToTree(config.labels()),
              mapper.valueToTree(config.annotations()),
              config.spec()));
    }
    return entries;
  }

  /** An entry as a text in which the order of fields plays no part. */
  private static String text(
      String creation, JsonNode labels, JsonNode annotations, JsonNode spec) {
    return Instant.parse(creation)
        + " "
        + canonical(labels)
        + " "
        + canonical(annotations)
        + " "
        + canonical(spec);
  }

  private static String canonical(JsonNode node) {
    if (node.isObject()) {
      SortedMap<String, String> fields = new TreeMap<>();
      node.properties().forEach(field -> fields.put(field.getKey(), canonical(field.getValue())));
      return fields.toString();
    }
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(canonical(element)));
      return elements.toString();
    }
    return node.isMissingNode() ? "{}" : '"' + node.asText() + '"';
  }

  private static boolean isLabelled(String text) {
    return text.contains("istio.io/rev=");
  }

  private static List<String> differences(
      SortedMap<String, String> expected, SortedMap<String, String> held) {
    List<String> differences = new ArrayList<>();
    boolean takesLabelled = held.values().stream().anyMatch(HostileServicesTest::isLabelled);
    expected.forEach(
        (name, text) -> {
          if (isLabelled(text) && !takesLabelled) {
            return;
          }
          String other = held.getOrDefault(name, "nothing");
          if (!text.equals(other) && differences.size() < 10) {
            differences.add(name + "\n  expected: " + text + "\n  held:     " + other);
          }
        });
    for (String name : held.keySet()) {
      if (!expected.containsKey(name) && differences.size() < 10) {
        differences.add("not in the preview: " + name);
      }
    }
    return differences;
  }
}
