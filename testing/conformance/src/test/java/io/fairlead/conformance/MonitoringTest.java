package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.Metrics;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests of what a platform's monitoring gets: the metrics of a gateway with a real istiod on 64
 * shards, and the alerts and the dashboard that are made of them.
 */
@NeedsServer({"istiod-1.27.0", "promtool"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MonitoringTest {
  private static final int SHARDS = 64;
  private static final int MAX_SERIES = 300;
  private static final Path FILES = Binaries.root().resolve("helm/fairlead/files");
  private static final Path ALERTS = FILES.resolve("alerts.yaml");
  private static final Path OPERATING = Binaries.root().resolve("docs/operating.md");
  private static final Path TESTS =
      Binaries.root()
          .resolve(
              "testing/conformance/src/test/resources/io/fairlead/conformance/alerts-test.yaml");
  private static final Pattern METRIC =
      Pattern.compile("(?<![\\w\"])(?:fairlead|process|jvm|up)(?:_\\w+|(?=\\{))");
  // Of Prometheus itself: whether it reached the target.
  private static final Set<String> OF_PROMETHEUS = Set.of("up");

  private final TempTree tree = TempTree.create();
  private String scrape = "";

  @BeforeAll
  void scrapeAGatewayWithAnIstiod() throws IOException {
    Path services = Files.createDirectories(tree.path().resolve("services"));
    Files.writeString(
        services.resolve("a.yaml"),
        """
        services:
        - {name: web, metadata: {protocol: http}, instances: [{address: 10.0.0.1, port: 80}]}
        - {name: nowhere, instances: [{address: 0.0.0.0, port: 80}]}
        """);
    TestAuthority.create("servers").leaf("localhost").write(tree.path(), "tls");
    try (GatewayProcess gateway =
        GatewayProcess.of(
            """
            xds: {address: "@xds@", shards: {count: %d, firstPort: %d}}
            admin: {address: "@admin@", tls: {address: "127.0.0.1:0", certificate: %s, key: %s}}
            registries: [{name: files, type: file, path: %s}]
            """
                .formatted(
                    SHARDS,
                    FreePorts.range(SHARDS),
                    tree.path().resolve("tls.crt"),
                    tree.path().resolve("tls.key"),
                    services))) {
      gateway.start().awaitReady();
      List<String> sources = new Operator(gateway).meshConfig();
      sources.remove("k8s://");
      try (IstiodServer istiod =
          IstiodServer.builder("1.27.0").sources(sources).forPlainEnvoy().start().awaitSynced()) {
        Awaitility.await()
            .atMost(30, TimeUnit.SECONDS)
            .until(
                () -> {
                  scrape = gateway.ask("/metrics").body();
                  Metrics metrics = Metrics.parse(scrape);
                  return metrics.sum("fairlead_clients") == SHARDS
                      && metrics.sum("fairlead_ack_duration_seconds_count") > 0;
                });
      }
    }
  }

  @AfterAll
  void remove() {
    tree.close();
  }

  /** The end of a command: its exit code, and what it said. */
  private record Said(int exitCode, String text) {}

  private Said promtool(Path input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Binaries.require("promtool").toString()));
    command.addAll(List.of(arguments));
    Path said = Files.createTempFile(tree.path(), "promtool", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(tree.path().toFile())
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("promtool ends").isTrue();
    return new Said(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(tree.path().resolve(name), text);
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    new YAMLMapper()
        .readTree(ALERTS.toFile())
        .path("groups")
        .forEach(group -> group.path("rules").forEach(rules::add));
    assertThat(rules).hasSizeGreaterThan(20);
    return rules;
  }

  /** The queries of the dashboard as Prometheus gets them. */
  private static List<String> queries() throws IOException {
    JsonNode dashboard =
        JsonMapper.builder().build().readTree(FILES.resolve("dashboard.json").toFile());
    List<String> queries =
        Stream.concat(
                dashboard.findValuesAsText("expr").stream(),
                dashboard.path("templating").findValuesAsText("query").stream()
                    .filter(query -> query.startsWith("label_values"))
                    .map(query -> query.replaceFirst("label_values\\((.*), \\w+\\)", "$1")))
            .map(query -> query.replace("$__rate_interval", "5m"))
            .toList();
    assertThat(queries).hasSizeGreaterThan(30);
    return queries;
  }

  private void assertServed(String query) {
    Set<String> missing = new TreeSet<>();
    Matcher metric = METRIC.matcher(query);
    int seen = 0;
    while (metric.find()) {
      seen++;
      if (!OF_PROMETHEUS.contains(metric.group())
          && !Pattern.compile("^" + metric.group() + "[ {]", Pattern.MULTILINE)
              .matcher(scrape)
              .find()) {
        missing.add(metric.group());
      }
    }
    assertThat(seen).as("metrics in %s", query).isPositive();
    assertThat(missing).as("metrics that no gateway serves, of %s", query).isEmpty();
  }

  @Test
  void metrics_followTheConventions() throws Exception {
    Said said = promtool(write("scrape.txt", scrape), "check", "metrics");

    assertThat(said).isEqualTo(new Said(0, ""));
  }

  @Test
  void series_ofAnIstiodOn64Shards_areFew() {
    List<String> series = scrape.lines().filter(line -> !line.startsWith("#")).toList();

    assertThat(series)
        .as("series, as each costs Prometheus memory")
        .hasSizeBetween(100, MAX_SERIES);
  }

  @Test
  void alerts_fireWhenTheyShouldAndOnlyThen() throws Exception {
    Files.copy(ALERTS, tree.path().resolve("alerts.yaml"));
    Path tests = Files.copy(TESTS, tree.path().resolve("alerts-test.yaml"));
    Path none = write("none", "");

    Said checked = promtool(none, "check", "rules", "alerts.yaml");
    assertThat(checked.exitCode()).as(checked.text()).isZero();
    Said tested = promtool(none, "test", "rules", tests.getFileName().toString());
    assertThat(tested.exitCode()).as(tested.text()).isZero();
  }

  @Test
  void alerts_areEachTestedFiringAndNotFiring() throws IOException {
    Set<String> names = rules().stream().map(rule -> text(rule, "alert")).collect(set());
    Set<String> firing = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    Pattern name = Pattern.compile("alertname=\"(\\w+)\"");
    for (JsonNode test : new YAMLMapper().readTree(TESTS.toFile()).path("tests")) {
      for (JsonNode expression : test.path("promql_expr_test")) {
        Matcher matcher = name.matcher(text(expression, "expr"));
        assertThat(matcher.find()).isTrue();
        (expression.path("exp_samples").isEmpty() ? silent : firing).add(matcher.group(1));
      }
    }

    assertThat(firing).isEqualTo(names);
    assertThat(silent).isEqualTo(names);
  }

  @Test
  void alerts_sayWhatHappenedAndWhatToDo() throws IOException {
    List<String> lines = Files.readAllLines(OPERATING);
    for (JsonNode rule : rules()) {
      String alert = text(rule, "alert");
      JsonNode annotations = rule.path("annotations");
      assertThat(text(rule.path("labels"), "severity")).as(alert).isIn("critical", "warning");
      assertThat(text(annotations, "summary")).as(alert).hasSizeBetween(10, 100);
      assertThat(text(annotations, "description")).as(alert).hasSizeGreaterThan(30).endsWith(".");
      assertThat(text(annotations, "runbook"))
          .isEqualTo("docs/operating.md#" + alert.toLowerCase(Locale.ROOT));
      int section = lines.indexOf("### " + alert);
      assertThat(section).as("docs/operating.md has a section of %s", alert).isNotNegative();
      assertThat(lines.get(section + 1))
          .startsWith("*" + rule.path("labels").path("severity").asText());
      assertThat(lines.get(section + 3)).as("what to do about %s", alert).isNotBlank();
    }
    Set<String> names = rules().stream().map(rule -> text(rule, "alert")).collect(set());
    assertThat(lines)
        .filteredOn(line -> line.startsWith("### Fairlead"))
        .allSatisfy(line -> assertThat(names).contains(line.substring(4)));
  }

  @Test
  void alerts_haveOnlyMetricsThatAreServed() throws IOException {
    rules().forEach(rule -> assertServed(text(rule, "expr")));
  }

  @Test
  void dashboard_hasOnlyMetricsThatAreServed() throws IOException {
    queries().forEach(this::assertServed);
  }

  @Test
  void dashboard_hasOnlyQueriesThatPrometheusReads() throws Exception {
    ObjectNode file = new YAMLMapper().createObjectNode();
    ObjectNode group = file.putArray("groups").addObject().put("name", "dashboard");
    ArrayNode rules = group.putArray("rules");
    List<String> queries = queries();
    for (int i = 0; i < queries.size(); i++) {
      rules.addObject().put("record", "query:" + i).put("expr", queries.get(i));
    }
    write("dashboard.yaml", new YAMLMapper().writeValueAsString(file));

    Said said = promtool(write("none", ""), "check", "rules", "dashboard.yaml");

    assertThat(said.exitCode()).as(said.text()).isZero();
    assertThat(said.text()).contains(queries.size() + " rules found");
  }

  @Test
  void dashboard_panelsFillRowsAndSayWhatTheyShow() throws IOException {
    JsonNode panels =
        JsonMapper.builder()
            .build()
            .readTree(FILES.resolve("dashboard.json").toFile())
            .path("panels");
    Set<String> places = new TreeSet<>();
    for (JsonNode panel : panels) {
      JsonNode place = panel.path("gridPos");
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      assertThat(places.add(place.path("x") + "," + place.path("y")))
          .as(panel.path("title").asText())
          .isTrue();
      if (!panel.path("type").asText().equals("row")) {
        assertThat(text(panel, "description")).as(text(panel, "title")).endsWith(".");
      }
    }
    assertThat(places).hasSizeGreaterThan(25);
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText();
  }

  private static Collector<String, ?, Set<String>> set() {
    return Collectors.toCollection(TreeSet::new);
  }
}
