package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of {@code fairlead preview --diff} with the documents of config sources. */
class PreviewDiffDocumentsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String DC = "- {name: dc, type: file, path: dc}\n";
  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: %1$s, namespace: shop}
      spec: {hosts: [%1$s.example], http: [{route: [{destination: {host: web.file}, weight: %2$s}]}]}
      """;

  private final Path folder;
  private final PreviewedGateway gateway;

  PreviewDiffDocumentsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    gateway = new PreviewedGateway(folder);
    gateway.service("dc", "web", "10.0.0.1");
    for (int i = 0; i < 12; i++) {
      route("git", i, "100");
    }
    gateway.write("git/rule.yaml", rule("ROUND_ROBIN"));
    gateway.config("fairlead.yaml", DC + configs("git"));
    gateway.start();
    await().atMost(LIMIT).until(() -> gateway.served().size() == 14);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void route(String folder, int number, String weight) {
    gateway.write(
        folder + "/route-" + number + ".yaml", ROUTE.formatted("route-" + number, weight));
  }

  private static String rule(String balancer) {
    return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: rule, namespace: shop}
        spec: {host: web.file, trafficPolicy: {loadBalancer: {simple: %s}}}
        """
        .formatted(balancer);
  }

  private static String configs(String path, String... more) {
    return "configs:\n- {name: git, type: file, path: %s%s}\n"
        .formatted(path, String.join("", more));
  }

  @Test
  void sameConfiguration_changesNothing() {
    Invocation diff = gateway.diff(DC + configs("git"));

    assertThat(diff.code()).as(diff.out() + diff.err()).isZero();
    assertThat(diff.out()).isEqualTo("No host and no document would change.\n");
  }

  @Test
  void anotherCheckout_isWhatTheGatewayServesThen() throws IOException {
    for (int i = 0; i < 11; i++) {
      route("next", i, i == 3 ? "0" : "100");
    }
    gateway.write("next/rule.yaml", rule("RANDOM"));
    gateway.write("next/new.yaml", ROUTE.formatted("new", "100"));
    Map<String, String> before = gateway.served();

    JsonNode tree = gateway.json(DC + configs("next"));

    assertThat(PreviewedGateway.rows(tree))
        .containsExactly(
            "removed full VirtualService/shop/route-11 [\"no document has it any more\"]",
            "added full VirtualService/shop/new [\"by configs/git new.yaml\"]",
            "changed full DestinationRule/shop/rule"
                + " [\"spec.trafficPolicy.loadBalancer.simple ROUND_ROBIN -> RANDOM\"]",
            "changed full VirtualService/shop/route-3"
                + " [\"spec.http[0].route[0].weight 100 -> none\"]");
    assertThat(tree.path("changes").get(0).path("source").asText()).isEqualTo("configs/git");
    assertThat(tree.path("changes").get(0).path("document").asText()).isEqualTo("route-11.yaml");
    assertThat(tree.path("summary").path("documents").asInt()).isEqualTo(4);
    assertThat(tree.path("summary").path("hosts").asInt()).isZero();
    assertThat(tree.path("summary").path("commits").asInt()).isEqualTo(1);
    gateway.config("fairlead.yaml", DC + configs("next"));
    await().atMost(LIMIT).until(() -> gateway.served().containsKey("shop/new"));
    Map<String, String> after = gateway.served();
    assertThat(after).doesNotContainKey("shop/route-11").hasSize(14);
    assertThat(after.entrySet())
        .filteredOn(one -> !one.getValue().equals(before.get(one.getKey())))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("shop/new", "shop/rule", "shop/route-3");
  }

  @Test
  void page_namesDocumentsAsDescribeTakesThem() {
    gateway.service("dc-new", "web", "10.0.0.1");
    gateway.service("dc-new", "api", "10.0.0.2");
    route("next", 0, "100");
    for (int i = 1; i < 12; i++) {
      route("next", i, "0");
    }
    gateway.write("next/rule.yaml", rule("ROUND_ROBIN"));

    Invocation diff =
        gateway.diff("- {name: dc, type: file, path: dc-new}\n" + configs("next"), "-o", "wide");

    assertThat(diff.code()).as(diff.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(diff.out())
        .startsWith(
            "1 host and 11 documents would change, in up to 2 commits, as what comes is read\n"
                + "  one by one: 1 added, 11 changed.\n"
                + "Each istiod: for each commit a full push, for 1 host and 11 documents.\n")
        .containsPattern("added +full +api.file +dc/api +1 endpoint\n")
        .containsPattern("changed +full +VirtualService/shop/route-1 +configs/git route-1.yaml +s");
    assertThat(
            Invocation.of("describe", "VirtualService/shop/route-1", "--admin", gateway.url())
                .code())
        .isZero();
  }

  @Test
  void priorityAlone_costsNoPush() throws IOException {
    JsonNode tree = gateway.json(DC + configs("git", ", priority: 200"));

    assertThat(PreviewedGateway.rows(tree))
        .hasSize(13)
        .allMatch(row -> row.startsWith("changed none "))
        .allMatch(row -> row.contains("metadata.creationTimestamp 20"));
  }

  @Test
  void lossThatTheGuardHolds_isSaidOnTop_andNotCounted() {
    route("few", 0, "100");

    Invocation diff = gateway.diff(DC + configs("few"));

    assertThat(diff.code()).as(diff.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(diff.out())
        .startsWith(
            "No host and no document would change at once.\n"
                + "Held: 12 of the 13 resources of the config source git would go.")
        .containsPattern("held +none +VirtualService/shop/route-9 +would go, no document has it\n");
    assertThat(diff.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void documentThatIsRefused_keepsItsLastValidState_andIsNamed() throws IOException {
    for (int i = 0; i < 12; i++) {
      route("next", i, i == 5 ? "none" : "100");
    }
    gateway.write("next/rule.yaml", rule("ROUND_ROBIN"));

    Invocation diff = gateway.diff(DC + configs("next"));

    assertThat(diff.code()).as(diff.out()).isZero();
    assertThat(diff.out()).startsWith("No host and no document would change, though these keys");
    assertThat(diff.err())
        .startsWith("configs/git route-5.yaml:4:")
        .contains(": refused: spec.http[0].route[0].weight: none (expected: ");
    assertThat(diff.err().lines()).hasSize(2);
  }

  @Test
  void sourceThatLeaves_orCannotBeRead() throws IOException {
    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.createSymbolicLink(broken.resolve("loop.yaml"), broken.resolve("loop.yaml"));
    Invocation missing = gateway.diff(DC + configs("broken"), "--timeout", "2s");

    assertThat(missing.code()).as(missing.out()).isEqualTo(ExitCode.FAILED);
    assertThat(missing.out())
        .contains("Not read: config source git, whose documents stay as they are: ")
        .startsWith("No host and no document would change");
    assertThat(missing.err()).contains("fairlead preview: configs/git: ");
    JsonNode without = gateway.json("- {name: dc, type: file, path: dc}\n");
    assertThat(without.path("summary").path("held").asInt()).isEqualTo(13);
    assertThat(without.path("guards").path(0).path("registry").asText()).isEqualTo("configs/git");
  }

  @Test
  void whatWasEditedMeanwhile_isCountedApart() throws IOException {
    String id = Invocation.of("hold", "--admin", gateway.url()).out().strip();
    route("git", 4, "0");

    Invocation same = gateway.diff(DC + configs("git"));

    assertThat(same.code()).as(same.out()).isZero();
    assertThat(same.out())
        .isEqualTo(
            """
            No host and no document would change.
            Not counted: 1 document differs already between the gateway and its config
              sources.
            """);
    assertThat(gateway.json(DC + configs("git")).path("meanwhile").toString())
        .isEqualTo("{\"hosts\":0,\"endpointsOnly\":0,\"documents\":1}");
    assertThat(Invocation.of("release", id, "--admin", gateway.url()).code()).isZero();
  }

  @Test
  void kindsWithNamesInAnyOrder_areAllRead() throws IOException {
    // Names of one kind lie before and behind those of another.
    gateway.write("git/aaa.yaml", ROUTE.formatted("aaa", "100").replace("shop", "a"));
    gateway.write("git/zzz.yaml", rule("RANDOM").replace("shop", "z"));
    await().atMost(LIMIT).until(() -> gateway.served().size() == 16);

    assertThat(PreviewedGateway.rows(gateway.json(DC + configs("git")))).isEmpty();
  }

  @Test
  void referenceThatWouldLeadNowhere_isAWarning() {
    gateway.service("dc-new", "api", "10.0.0.2");

    Invocation diff =
        gateway.diff("- {name: dc, type: file, path: dc-new}\n" + configs("git"), "-o", "json");

    assertThat(diff.out())
        .contains("\"severity\" : \"warning\"", "\"text\" : \"spec.host: web.file, ");
    // Those that are there already are not counted.
    assertThat(diff.err())
        .isEqualTo(
            "fairlead preview: 13 warnings about documents, which preview without --diff lists\n");
  }
}
