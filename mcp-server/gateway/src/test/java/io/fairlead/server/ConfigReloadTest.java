package io.fairlead.server;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the configuration file of a running gateway, and of the file itself. */
class ConfigReloadTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String REGISTRIES = "registries: [{name: one, type: file, path: one}]\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder;
  private final Workspace workspace;
  private Gateway gateway;

  ConfigReloadTest(@TempDir Path folder) {
    this.folder = folder;
    this.workspace = new Workspace(folder);
  }

  @BeforeEach
  void start() throws IOException {
    services(20);
    configure("");
    gateway = workspace.start();
    await().atMost(LIMIT).until(gateway::isReady);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void services(int count) {
    StringBuilder text = new StringBuilder(count == 0 ? "services: []\n" : "services:\n");
    for (int i = 0; i < count; i++) {
      text.append("- {name: s").append(i).append(", instances: [{address: 10.0.0.").append(i);
      text.append(", port: 80}]}\n");
    }
    workspace.write("one/all.yaml", text.toString());
  }

  private static String text(String more) {
    return """
        xds: {address: "127.0.0.1:0", %s}
        admin: {address: "0.0.0.0:0", token: {file: secrets/token}}
        """
            .formatted(more.startsWith("xds:") ? more.substring(4).strip() : "")
        + (more.startsWith("xds:") ? "" : more)
        + REGISTRIES;
  }

  private void configure(String more) {
    workspace.write("fairlead.yaml", text(more));
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path) {
    try {
      URI uri = URI.create("http://127.0.0.1:" + gateway.adminAddress().port() + path);
      return client.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String get(String path) {
    return send(HttpRequest.newBuilder(), path).body();
  }

  private JsonNode api(String path) {
    try {
      return JsonMapper.builder().build().readTree(get("/api/v1/" + path));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private int holdWith(String token) {
    return send(
            HttpRequest.newBuilder()
                .header("authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"ttl\": \"1s\"}")),
            "/api/v1/transactions")
        .statusCode();
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(LIMIT).until(condition);
  }

  private String problems() {
    return api("configuration").path("problems").toString();
  }

  private void awaitSuccess(int value) {
    awaitTrue(
        () -> get("/metrics").contains("fairlead_config_last_reload_successful " + value + ".0"));
  }

  private StateClient subscriber() {
    StateClient subscriber = new StateClient(gateway.xdsAddresses().get(0).port(), "");
    subscriber.subscribe(SERVICE_ENTRY);
    subscriber.ack(subscriber.await());
    return subscriber;
  }

  @Test
  void keysThatTakeEffectWhileRunning_dropNoStreamAndPushNothing() {
    try (StateClient subscriber = subscriber()) {
      String loaded = api("configuration").path("loaded").asText();

      configure(
          """
          xds: limits: {types: 50, ackTimeout: 1m}
          """);
      awaitTrue(() -> !api("configuration").path("loaded").asText().equals(loaded));
      String again = api("configuration").path("loaded").asText();
      configure(
          """
          guard: {share: 0.5, atLeast: 3, confirmAfter: 1m}
          damping: {free: 3, window: 10s, first: 2s, max: 20s}
          batching: {quiet: 20ms, max: 200ms, leading: false}
          readiness: {wait: 1m}
          """);
      awaitTrue(() -> !api("configuration").path("loaded").asText().equals(again));

      assertThat(api("configuration").path("needRestart")).isEmpty();
      subscriber.awaitSilence();
      assertThat(subscriber.isEnded()).isFalse();
      services(19);
      DiscoveryResponse change = subscriber.await();
      assertThat(change.getResourcesCount()).isEqualTo(19);
    }
  }

  @Test
  void widerGuard_letsGoWhatIsHeld() {
    services(5);
    awaitTrue(() -> api("guards").path("total").asInt() == 1);
    assertThat(api("resources").path("total").asInt()).isEqualTo(20);

    configure("guard: {share: 0.9}\n");

    awaitTrue(() -> api("resources").path("total").asInt() == 5);
    assertThat(api("guards").path("total").asInt()).isZero();
  }

  @Test
  void keyThatNeedsARestart_isSaidAndTheRestIsInForce() {
    assertThat(get("/metrics")).contains("fairlead_config_restart_needed 0.0");

    configure("store: {path: elsewhere.db}\nguard: {share: 0.9}\n");

    awaitTrue(() -> get("/metrics").contains("fairlead_config_restart_needed 1.0"));
    assertThat(api("configuration").path("needRestart").toString()).isEqualTo("[\"store.path\"]");
    services(5);
    awaitTrue(() -> api("resources").path("total").asInt() == 5);

    configure("guard: {share: 0.9}\n");

    awaitTrue(() -> get("/metrics").contains("fairlead_config_restart_needed 0.0"));
    assertThat(api("configuration").path("needRestart")).isEmpty();
  }

  @Test
  void token_isReadAnewWhenItsFileOrTheReferenceChanges() throws IOException {
    // As Kubernetes mounts a Secret: a link to a folder is replaced by another link.
    workspace.write("v1/token", "first");
    workspace.write("v2/token", "second");
    Files.createSymbolicLink(folder.resolve("secrets"), folder.resolve("v1"));
    assertThat(holdWith("first")).isEqualTo(201);

    Path other = folder.resolve("secrets-next");
    Files.createSymbolicLink(other, folder.resolve("v2"));
    Files.move(other, folder.resolve("secrets"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);

    assertThat(holdWith("first")).isEqualTo(401);
    assertThat(holdWith("second")).isEqualTo(201);

    workspace.write("third", "third");
    workspace.write("fairlead.yaml", text("").replace("secrets/token", "third"));
    awaitTrue(() -> holdWith("third") == 201);
    assertThat(holdWith("second")).isEqualTo(401);
  }

  @Test
  void fileDeleted_isSaidAndTheConfigurationStays_untilItReturns() throws IOException {
    awaitSuccess(1);
    Files.delete(workspace.config());

    awaitSuccess(0);
    assertThat(problems()).contains("fairlead.yaml: no such file");
    assertThat(api("resources").path("total").asInt()).isEqualTo(20);
    String loaded = api("configuration").path("loaded").asText();

    configure("guard: {share: 0.9}\n");

    awaitSuccess(1);
    assertThat(problems()).isEqualTo("[]");
    awaitTrue(() -> !api("configuration").path("loaded").asText().equals(loaded));
  }

  @Test
  void fileReplacedByAFolderOrEmptiedOrNoText_isSaid() throws IOException {
    Files.delete(workspace.config());
    Files.createDirectory(workspace.config());
    awaitTrue(() -> problems().contains("a folder (expected: a regular file)"));
    Files.delete(workspace.config());
    Files.write(workspace.config(), new byte[] {(byte) 0xC3, 0x28});
    awaitTrue(() -> problems().contains("not UTF-8"));
    Files.writeString(workspace.config(), "");
    awaitTrue(() -> problems().contains("an empty file"));
    awaitSuccess(0);
    assertThat(api("resources").path("total").asInt()).isEqualTo(20);

    configure("");

    awaitSuccess(1);
  }

  @Test
  void refusedText_thatIsDeletedAndReturns_isStillRefused() throws IOException {
    String refused = text("") + "guards: {}\n";
    workspace.write("fairlead.yaml", refused);
    awaitTrue(() -> problems().contains("unknown key (expected: guard?)"));
    Files.delete(workspace.config());
    awaitTrue(() -> problems().contains("no such file"));

    workspace.write("fairlead.yaml", refused);

    awaitTrue(() -> !problems().contains("no such file"));
    assertThat(problems()).contains("unknown key (expected: guard?)");
    awaitSuccess(0);
  }

  @Test
  void mountedConfigMap_isReadWhenItsLinkIsSwapped() throws IOException {
    gateway.close();
    Files.delete(workspace.config());
    workspace.write("..v1/fairlead.yaml", text(""));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
    Files.createSymbolicLink(workspace.config(), Path.of("..data/fairlead.yaml"));
    gateway = workspace.start();
    awaitTrue(gateway::isReady);
    services(5);
    awaitTrue(() -> api("guards").path("total").asInt() == 1);

    workspace.write("..v2/fairlead.yaml", text("guard: {share: 0.9}\n"));
    Path next = folder.resolve("..data_tmp");
    Files.createSymbolicLink(next, Path.of("..v2"));
    Files.move(next, folder.resolve("..data"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);

    awaitTrue(() -> api("resources").path("total").asInt() == 5);
    assertThat(problems()).isEqualTo("[]");
  }
}
