package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that runs, and what {@code fairlead preview --diff} says of another configuration. */
class PreviewDiffTest {
  private static final String DC = "- {name: dc, type: file, path: dc%s}\n";
  private static final String OTHER = "- {name: other, type: file, path: other%s}\n";
  private static final String BOTH = DC.formatted("") + OTHER.formatted("");

  private final Path folder;
  private final PreviewedGateway gateway;
  private final String url;

  PreviewDiffTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.gateway = new PreviewedGateway(folder);
    for (int i = 0; i < 20; i++) {
      gateway.service("dc", "svc-" + i, "10.0.0." + (i + 1));
    }
    gateway.service("other", "api", "10.1.0.1");
    gateway.service("other", "svc-3", "10.1.0.2");
    gateway.config("fairlead.yaml", BOTH);
    gateway.start();
    url = gateway.url();
    await().atMost(Duration.ofSeconds(30)).until(() -> gateway.served().size() == 21);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void sameConfiguration_changesNothing() {
    Invocation diff = gateway.diff(BOTH);

    assertThat(diff.code()).as(diff.out() + diff.err()).isZero();
    assertThat(diff.out()).isEqualTo("No host would change.\n");
  }

  @Test
  void changes_areThoseThatTheGatewayMakesThen() throws IOException {
    String next =
        "- {name: dc, type: file, path: dc, host: \"{service}.new\", keepEmpty: 5m}\n"
            + "- {name: other, type: file, path: other, exportTo: [\".\"]}\n";
    SortedMap<String, String> before = gateway.served();

    JsonNode tree = gateway.json(next);
    gateway.config("fairlead.yaml", next);

    // svc-3 of the other registry is no longer shadowed.
    assertThat(PreviewedGateway.rows(tree))
        .hasSize(22)
        .contains(
            "renamed full file/svc-4.file file/svc-4.new [\"-> svc-4.new\"]",
            "added full file/svc-3.new [\"instead of svc-3.file\",\"1 endpoint\"]",
            "changed full file/api.file [\"exportTo * -> .\"]")
        .anyMatch(row -> row.startsWith("changed full file/svc-3.file [\"registry dc -> other\""));
    assertThat(tree.path("summary").path("commits").asInt()).isEqualTo(1);
    assertThat(tree.path("keys").toString()).isEqualTo("[\"registries\"]");
    SortedMap<String, String> expected = new TreeMap<>();
    for (JsonNode row : tree.path("changes")) {
      before.remove(row.path("resource").asText());
      expected.put(row.path("newResource").asText(row.path("resource").asText()), "");
    }
    assertThat(before).isEmpty();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(gateway.served().keySet()).containsAll(expected.keySet()).hasSize(22));
  }

  @Test
  void rulesThatMerge_areToldBefore_andWhoIsInTheEntryAfterwards() throws IOException {
    String next =
        DC.formatted(
                ", rules: [{when: {service: [svc-1, svc-2]},"
                    + " name: {host: svc-1.file, merge: true}}]")
            + OTHER.formatted("");
    JsonNode tree = gateway.json(next);
    assertThat(PreviewedGateway.rows(tree))
        .hasSize(2)
        .contains("removed full file/svc-2.file [\"merged into svc-1.file\",\"1 endpoint\"]")
        .anyMatch(row -> row.startsWith("changed endpoints file/svc-1.file "));
    assertThat(tree.path("summary").path("commits").asInt()).isEqualTo(1);

    gateway.config("fairlead.yaml", next);
    await().atMost(Duration.ofSeconds(30)).until(() -> gateway.served().size() == 20);
    assertThat(gateway.diff(next).out()).isEqualTo("No host would change.\n");
    Invocation described = Invocation.of("describe", "dc/svc-2", "--admin", url);
    assertThat(described.out().replaceAll("\\s+", " "))
        .contains("as svc-1.file with 2 endpoints")
        .contains(
            "Merged into one entry with dc/svc-1; dc/svc-1's are the first port, the labels and the"
                + " visibility.");
    assertThat(Invocation.of("describe", "dc/svc-2", "-o", "json", "--admin", url).out())
        .contains("\"keptTotal\" : 0", "\"mergedTotal\" : 2");
    assertThat(PreviewedGateway.rows(gateway.json(BOTH)))
        .hasSize(2)
        .contains("added full file/svc-2.file [\"1 endpoint\"]");
  }

  @Test
  void lossThatTheGuardHolds_isSaidOnTop_andNotCounted() throws IOException {
    for (int i = 0; i < 8; i++) {
      gateway.service("dc-half", "svc-" + i, "10.0.0." + (i + 1));
    }

    Invocation diff = gateway.diff(DC.formatted("-half") + OTHER.formatted(""));

    assertThat(diff.code()).as(diff.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(diff.out())
        .startsWith("No host would change at once.\nHeld: 12 of the 20 services of the registry dc")
        .contains("CHANGE  PUSH  HOST", "held    none  svc-10.file  would go, with 1 endpoint");
    assertThat(diff.out().lines()).allMatch(line -> line.length() <= 80);
    gateway.config("fairlead.yaml", DC.formatted("-half") + OTHER.formatted(""));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Invocation.of("get", "guards", "-o", "json", "--admin", url)
                    .out()
                    .contains("\"heldServices\" : 12"));
    assertThat(gateway.served()).hasSize(21);
  }

  @Test
  void registryThatCannotBeRead_losesNothing() throws IOException {
    gateway.write("other-broken/broken.yaml", "services: [");

    Invocation diff = gateway.diff(DC.formatted("") + OTHER.formatted("-broken"));

    assertThat(diff.code()).isEqualTo(ExitCode.FAILED);
    assertThat(diff.out())
        .contains("Not read: registry other, whose hosts stay as they are")
        .doesNotContain("removed");
    assertThat(diff.err()).contains("fairlead preview: other: ");
  }

  @Test
  void registryThatLeaves_losesItsHosts() throws IOException {
    JsonNode tree = gateway.json(DC.formatted(""));

    assertThat(PreviewedGateway.rows(tree))
        .containsExactly("removed full file/api.file [\"its registry leaves\",\"1 endpoint\"]");
    assertThat(tree.path("guards")).isEmpty();
  }

  @Test
  void whatTheRegistriesChangedMeanwhile_isCountedApart() throws IOException {
    String id = Invocation.of("hold", "--admin", url).out().strip();
    gateway.service("dc", "svc-0", "10.0.0.99");
    gateway.service("dc", "new", "10.0.0.98");

    JsonNode same = gateway.json(BOTH);
    JsonNode other =
        gateway.json(
            "- {name: dc, type: file, path: dc, exportTo: [\".\"]}\n" + OTHER.formatted(""));
    Invocation page = gateway.diff(BOTH);

    assertThat(PreviewedGateway.rows(same)).isEmpty();
    assertThat(same.path("meanwhile").toString())
        .isEqualTo("{\"hosts\":2,\"endpointsOnly\":1,\"documents\":0}");
    assertThat(PreviewedGateway.rows(other))
        .hasSize(21)
        .allMatch(row -> row.contains("[\"exportTo * -> .\"]"));
    assertThat(page.code()).as(page.err()).isZero();
    assertThat(page.out())
        .isEqualTo(
            """
            No host would change.
            Not counted: 2 hosts differ already between the gateway and its registries,
              which go on changing, 1 in more than their endpoints.
            """);
    assertThat(Invocation.of("release", id, "--admin", url).code()).isZero();
  }

  @Test
  void manyChanges_areBoundedUnlessAllAreAskedFor() {
    for (int i = 0; i < 60; i++) {
      gateway.service("more", "more-" + i, "10.2.0." + (i + 1));
    }
    String next = BOTH + "- {name: more, type: file, path: more}\n";

    assertThat(gateway.diff(next).out())
        .startsWith("60 hosts would change, in one commit: 60 added.\nEach istiod: one full push")
        .contains("and 20 more (--all lists them)")
        .doesNotContain("more-9.file");
    assertThat(gateway.diff(next, "--all").out().lines().filter(line -> line.startsWith("added")))
        .hasSize(60);
  }

  @Test
  void hiddenSecrets_areNoDifference() throws IOException {
    // Such as a gateway hides it when it shows its configuration.
    String with = BOTH + "# the token: abc\n";
    gateway.config("fairlead.yaml", with);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Invocation.of("get", "registries", "--admin", url).code() == ExitCode.DONE);

    assertThat(PreviewedGateway.rows(gateway.json(with))).isEmpty();
  }

  @Test
  void noGateway_orWrongOptions() {
    gateway.config("next.yaml", BOTH);
    String file = folder.resolve("next.yaml").toString();

    Invocation none = Invocation.of("preview", "-c", file, "--diff", "--admin", "127.0.0.1:1");
    assertThat(none.code()).isEqualTo(ExitCode.FAILED);
    assertThat(none.err()).startsWith("fairlead preview: http://127.0.0.1:1: not reachable");
    assertThat(Invocation.of("preview", "-c", file, "--all").code()).isEqualTo(ExitCode.INVALID);
    assertThat(Invocation.of("preview", "-c", file, "--diff", "-o", "name").err())
        .contains("--output: name (expected: table, wide, json or yaml)");
  }
}
