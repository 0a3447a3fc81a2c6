package io.fairlead.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the chart's values: their schema, their page, and what is refused. */
class ChartValuesTest {
  private static final boolean WRITE = "write".equals(System.getProperty("fairlead.docs"));
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCHEMA = Helm.CHART.resolve("values.schema.json");
  private static final Path README = Helm.CHART.resolve("README.md");

  @Test
  void schema_knowsEachKeyOfTheValues() throws IOException {
    JsonNode values = Manifests.YAML.readTree(Helm.CHART.resolve("values.yaml").toFile());
    List<String> unknown = new ArrayList<>();
    List<String> open = new ArrayList<>();
    JsonNode schema = JSON.readTree(SCHEMA.toFile());
    compare("", values, schema, unknown, open);

    assertThat(unknown).isEmpty();
    // What Kubernetes or the user defines.
    assertThat(open)
        .containsOnlyOnce("/podSecurityContext", "/securityContext")
        .allMatch(
            path ->
                Set.of(
                        "/config",
                        "/resources/requests",
                        "/resources/limits",
                        "/podSecurityContext",
                        "/securityContext",
                        "/metrics/dashboard/labels")
                    .contains(path));
  }

  private static void compare(
      String path, JsonNode values, JsonNode schema, List<String> unknown, List<String> open) {
    if (!values.isObject() || values.isEmpty()) {
      return;
    }
    if (!schema.path("additionalProperties").isBoolean()) {
      open.add(path);
      return;
    }
    for (Map.Entry<String, JsonNode> each : values.properties()) {
      String below = path + "/" + each.getKey();
      JsonNode known = schema.path("properties").path(each.getKey());
      if (known.isMissingNode()) {
        unknown.add(below);
      } else {
        compare(below, each.getValue(), known, unknown, open);
      }
    }
  }

  @Test
  void imageOfTheChart_isThatOfThisVersion() throws IOException {
    String pom = Files.readString(Binaries.root().resolve("pom.xml"));
    JsonNode chart = Manifests.YAML.readTree(Helm.CHART.resolve("Chart.yaml").toFile());

    assertThat(pom)
        .contains("<version>" + chart.path("appVersion").asText() + "</version>\n  <packaging>");
  }

  @Test
  @NeedsServer("helm-docs")
  void page_isMadeFromTheValues() throws IOException {
    String made =
        Command.run(
                Map.of(),
                "",
                List.of(
                    Binaries.require("helm-docs").toString(),
                    "--chart-search-root=" + Helm.CHART,
                    "--sort-values-order=file",
                    "--dry-run"))
            .done();
    if (WRITE) {
      Files.writeString(README, made);
    }

    assertThat(made)
        .as("rewritten by -Dfairlead.docs=write")
        .isEqualTo(Files.readString(README))
        .doesNotContain("| string | `\"\"` |  |");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replica: 3                                              | replica",
        "image: {tags: x}                                        | tags",
        "replicas: two                                           | /replicas",
        "replicas: -1                                            | /replicas",
        "kind: DaemonSet                                         | /kind",
        "config: {guards: {share: 1}}                            | guards",
        "config: {guard: {share: 3}}                             | /config/guard/share",
        "config: {batching: {quiet: 100}}                        | /config/batching/quiet",
        "config: {xds: {shards: {count: 0, firstPort: 15100}}}   | /config/xds/shards/count",
        "config: {registries: []}                                | /config/registries",
        "config: {registries: [{name: a, type: consull}]}        | /config/registries/0/type",
        "config: {registries: [{name: a, type: consul, token: x}]} | /config/registries/0/token",
        "config: {registries: [{name: a, type: file, paths: x}]} | paths",
        "secrets: {consul: {value: secret}}                      | /secrets/consul",
        "secrets: {admin: {existingSecret: x}}                   | admin",
        "admin: {token: {value: secret}}                         | value",
        "services: {notes.txt: x}                                | notes.txt",
        "documents: {mesh: {file: {a.yaml: x}}}                  | file",
        "documents: {mesh: {}}                                   | /documents/mesh",
        "documents: {mesh: {configMap: a, files: {a.yaml: x}}}   | /documents/mesh",
        "documents: {mesh: {files: {..a.yaml: x}}}               | ..a.yaml",
        "documents: {Mesh: {configMap: a}}                       | Mesh",
        "config: {configs: [{name: a, type: file, paths: x}]}    | paths",
        "resources: {limit: {memory: 1Gi}}                       | limit",
        "metrics: {serviceMonitor: {enabled: 'yes'}}             | /metrics/serviceMonitor/enabled",
        "networkPolicy: {enable: true}                           | enable",
        "image: {digest: 'sha256:12'}                            | /image/digest",
        "persistence: {size: big}                                | /persistence/size",
        "service: {type: Headless}                               | /service/type",
        "probes: {readiness: {path: /livez}}                     | path",
      })
  @NeedsServer("helm")
  void misspeltValue_isRefusedByItsName(String values, String named, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("values.yaml"), values);

    Command template = Helm.offline().template(ValueSets.file("minimal"), "-f", file.toString());

    assertThat(template.exitCode()).as("%s", template).isNotZero();
    assertThat(template.err()).contains("values don't meet the specifications").contains(named);
  }

  @Test
  @NeedsServer("helm")
  void valuesWithoutRegistries_areRefusedByTheirName() {
    Command template = Helm.offline().run("template", "mesh", Helm.CHART.toString());

    assertThat(template.exitCode()).isNotZero();
    assertThat(template.err()).contains("at '/config': missing property 'registries'");
  }

  @Test
  @NeedsServer("helm")
  void typesOfAdapterJars_areAccepted(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("values.yaml"),
            "adapters: {emptyDir: {}}\nconfig: {registries: [{name: z, type: zookeeper}]}\n");

    assertThat(Helm.offline().template(file).done()).contains("type: zookeeper");
  }
}
