package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String ONE = "- {name: one, type: file, path: one}\n";
  private static final String TWO = "- {name: two, type: file, path: two}\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder;
  private final Workspace workspace;

  GatewayTest(@TempDir Path folder) {
    this.folder = folder;
    this.workspace = new Workspace(folder);
    workspace.service("one", "web", "10.0.0.1");
    workspace.service("two", "shop", "10.0.0.2");
  }

  private String get(Gateway gateway, String path) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://" + gateway.adminAddress() + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode api(Gateway gateway, String path) {
    try {
      return JsonMapper.builder().build().readTree(get(gateway, "/api/v1/" + path));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> names(Gateway gateway) {
    return api(gateway, "resources").path("items").findValuesAsText("name");
  }

  private void awaitNames(Gateway gateway, String... names) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(names(gateway)).containsExactly(names));
  }

  @Test
  void start_servesWhatTheRegistriesHave() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");

      await().atMost(LIMIT).until(gateway::isReady);
      assertThat(get(gateway, "/readyz")).contains("\"ready\":true");
      assertThat(api(gateway, "registries").path("items").findValuesAsText("state"))
          .containsExactly("up", "up");
      assertThat(api(gateway, "services?q=web").path("items").path(0).path("explanation").asText())
          .isEqualTo(
              "Not in the mesh: no istiod is connected. It is served as web.file with 1"
                  + " endpoint.");
      assertThat(get(gateway, "/metrics"))
          .contains("fairlead_registry_up{registry=\"one\"} 1.0")
          .contains("fairlead_registry_services{registry=\"two\"} 1.0")
          .contains("fairlead_resources{type=\"ServiceEntry\"} 2.0")
          .contains("fairlead_commits_total")
          .contains("fairlead_commit_duration_seconds_count")
          .contains("fairlead_registry_last_success_seconds{registry=\"one\"}")
          .contains("fairlead_registry_instances{registry=\"one\"} 1.0")
          .contains("fairlead_config_reload_failures_total 0.0")
          .contains("jvm_memory_used_bytes");
      assertThat(api(gateway, "commits").path("total").asInt()).isPositive();
    }
  }

  @Test
  void start_registryThatCannotBeRead_isNotReadyAndSaysWhich() throws IOException {
    workspace.write("broken/a.yaml", "services: [");
    workspace.configure(ONE + "- {name: broken, type: file, path: broken}\n");
    try (Gateway gateway = workspace.start()) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(get(gateway, "/readyz"))
                      .contains("\"ready\":false")
                      .contains("\"registry\":\"broken\"")
                      .contains("a.yaml")
                      .doesNotContain("\"registry\":\"one\""));
      assertThat(gateway.isReady()).isFalse();

      workspace.service("broken", "a", "10.0.0.3");

      await().atMost(LIMIT).until(gateway::isReady);
    }
  }

  @Test
  void restart_withARegistryGone_servesWhatWasKnown() throws IOException {
    workspace.configure(ONE);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/web.file");
    }
    workspace.write("one/web.yaml", "services: [");

    try (Gateway gateway = workspace.start()) {
      await().atMost(LIMIT).until(gateway::isReady);
      assertThat(names(gateway)).containsExactly("file/web.file");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(api(gateway, "registries").path("items").findValuesAsText("state"))
                      .containsExactly("failing"));
    }
  }

  @Test
  void restart_withAFolderMissing_servesWhatWasKnown() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");
    }
    // Not mounted yet.
    Files.move(folder.resolve("two"), folder.resolve("elsewhere"));
    try (Gateway gateway = workspace.start()) {
      await().atMost(LIMIT).until(gateway::isReady);
      assertThat(names(gateway)).containsExactly("file/shop.file", "file/web.file");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(api(gateway, "registries").path("items").findValuesAsText("state"))
                      .containsExactly("up", "failing"));
      Files.move(folder.resolve("elsewhere"), folder.resolve("two"));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(api(gateway, "registries").path("items").findValuesAsText("state"))
                      .containsExactly("up", "up"));
      assertThat(names(gateway)).containsExactly("file/shop.file", "file/web.file");
    }
  }

  @Test
  void reload_registryAdded_isServed() throws IOException {
    workspace.configure(ONE);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/web.file");

      workspace.configure(ONE + TWO);

      awaitNames(gateway, "file/shop.file", "file/web.file");
    }
  }

  @Test
  void reload_registryRemoved_isWithdrawn() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");

      workspace.configure(ONE);

      awaitNames(gateway, "file/web.file");
      assertThat(get(gateway, "/metrics")).doesNotContain("registry=\"two\"");
    }
  }

  @Test
  void reload_registryRenamed_isServedAllTheTime() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");
      int removals = removals(gateway);

      workspace.configure(ONE + "- {name: renamed, type: file, path: two}\n");

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                assertThat(names(gateway)).containsExactly("file/shop.file", "file/web.file");
                assertThat(api(gateway, "resources?registry=renamed").path("items")).hasSize(1);
              });
      assertThat(removals(gateway)).isEqualTo(removals);
      assertThat(api(gateway, "holds").path("items")).isEmpty();
    }
  }

  private int removals(Gateway gateway) {
    return api(gateway, "commits").path("items").findValuesAsText("removals").stream()
        .mapToInt(Integer::parseInt)
        .sum();
  }

  @Test
  void reload_registryRenamedWithAWrongPath_staysAndSaysWhatIsWaitedFor() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");

      workspace.configure(ONE + "- {name: renamed, type: file, path: tow}\n");

      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(api(gateway, "holds").path("items")).hasSize(1));
      JsonNode hold = api(gateway, "holds").path("items").path(0);
      assertThat(hold.path("registry").asText()).isEqualTo("two");
      assertThat(hold.path("reason").asText()).isEqualTo("reload");
      assertThat(hold.path("explanation").asText()).contains("until renamed has been read");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(get(gateway, "/readyz"))
                      .contains("\"ready\":true")
                      .contains("\"registry\":\"renamed\"")
                      .contains("tow")
                      .contains("\"reason\":\"reload\""));
      assertThat(get(gateway, "/metrics"))
          .contains("fairlead_holds{reason=\"reload\",registry=\"two\"} 1.0")
          .contains("fairlead_holds{reason=\"reload\",registry=\"one\"} 0.0");
      assertThat(names(gateway)).containsExactly("file/shop.file", "file/web.file");

      workspace.configure(ONE + "- {name: renamed, type: file, path: two}\n");

      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(api(gateway, "holds").path("items")).isEmpty());
      assertThat(names(gateway)).containsExactly("file/shop.file", "file/web.file");
      assertThat(get(gateway, "/metrics")).doesNotContain("registry=\"two\"");
    }
  }

  @Test
  void reload_registryChanged_othersAreUntouched() throws IOException {
    workspace.configure(ONE + TWO);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/shop.file", "file/web.file");
      String before = api(gateway, "resources?registry=one").toString();

      workspace.configure(
          ONE + "- {name: two, type: file, path: two, host: '{service}.changed'}\n");

      awaitNames(gateway, "file/shop.changed", "file/web.file");
      assertThat(api(gateway, "resources?registry=one").toString()).isEqualTo(before);
    }
  }

  @Test
  void reload_invalid_isRefusedAndTheOldOneStays() throws IOException {
    workspace.configure(ONE);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/web.file");

      workspace.configure(TWO + "  priority: x\n");

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(get(gateway, "/metrics"))
                      .contains("fairlead_config_reload_failures_total 1.0"));
      assertThat(api(gateway, "configuration").path("problems").toString())
          .contains("fairlead.yaml:");
      assertThat(names(gateway)).containsExactly("file/web.file");

      workspace.configure(ONE + TWO);

      awaitNames(gateway, "file/shop.file", "file/web.file");
      assertThat(api(gateway, "configuration").path("problems")).isEmpty();
    }
  }

  @Test
  void reload_keyThatNeedsARestart_isNamed() throws IOException {
    workspace.configure(ONE);
    try (Gateway gateway = workspace.start()) {
      awaitNames(gateway, "file/web.file");

      workspace.configure(ONE + TWO + "virtualIps: off\n");

      awaitNames(gateway, "file/shop.file", "file/web.file");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(api(gateway, "configuration").path("needRestart").toString())
                      .isEqualTo("[\"virtualIps\"]"));
      assertThat(api(gateway, "resources/file/shop.file").path("spec").path("addresses"))
          .hasSize(1);
    }
  }

  @Test
  void start_addressInUse_leavesNothingBehind() throws IOException {
    workspace.configure(ONE);
    try (Gateway gateway = workspace.start()) {
      Path other = Files.createDirectories(folder.resolve("other"));
      Workspace second = new Workspace(other);
      second.service("one", "web", "10.0.0.1");
      second.configure(ONE);
      String free = Files.readString(second.config());
      second.write(
          "fairlead.yaml",
          free.replaceFirst("127.0.0.1:0", gateway.xdsAddresses().get(0).toString()));

      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(gateway.xdsAddresses().get(0).toString());

      // The store is not held any more: a start with free ports succeeds.
      second.write("fairlead.yaml", free);
      try (Gateway restarted = second.start()) {
        awaitNames(restarted, "file/web.file");
      }
    }
  }

  @Test
  void close_twice_isHarmless() throws IOException {
    workspace.configure(ONE);
    Gateway gateway = workspace.start();

    gateway.close();
    gateway.close();

    assertThatThrownBy(() -> get(gateway, "/livez")).hasCauseInstanceOf(IOException.class);
  }
}
