package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import io.fairlead.server.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replicas whose admin API speaks TLS only, and with holders of a certificate only. The third shows
 * a certificate of an authority that the others do not know.
 */
class ReplicasOverTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final TestAuthority AUTHORITY = TestAuthority.create("replicas");
  private static final TestAuthority STRANGER = TestAuthority.create("stranger");

  private final Path folder;
  private final List<Integer> ports = List.of(FreePorts.next(), FreePorts.next(), FreePorts.next());
  private final List<Gateway> gateways = new ArrayList<>();
  private final HttpClient client;

  ReplicasOverTlsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    new Workspace(folder).service("services", "web", "10.0.0.1");
    AUTHORITY.write(folder.resolve("ca.crt"));
    AUTHORITY.leaf("operator").write(folder, "client");
    for (int i = 0; i < 3; i++) {
      gateways.add(start(i));
    }
    await().atMost(LIMIT).until(() -> gateways.stream().allMatch(Gateway::isReady));
    client =
        HttpClient.newBuilder()
            .sslContext(
                ClientTls.load(
                        folder.resolve("ca.crt"),
                        folder.resolve("client.crt"),
                        folder.resolve("client.key"),
                        "127.0.0.1")
                    .context())
            .build();
  }

  private Path home(int replica) {
    return folder.resolve("gateway-" + replica);
  }

  private void writeCertificate(int replica, TestAuthority authority) {
    authority.leaf("127.0.0.1").write(home(replica), "tls");
  }

  private Gateway start(int replica) throws IOException {
    Files.createDirectories(home(replica));
    writeCertificate(replica, replica < 2 ? AUTHORITY : STRANGER);
    Workspace workspace = new Workspace(home(replica));
    workspace.write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        admin:
          address: "127.0.0.1:%d"
          tls: {certificate: tls.crt, key: tls.key, clientCa: ../ca.crt, clientAuth: require}
        replicas:
          addresses: [%s]
          tls: {ca: ../ca.crt, certificate: ../client.crt, key: ../client.key}
        registries:
        - {name: files, type: file, path: ../services}
        """
            .formatted(
                ports.get(replica),
                ports.stream().map(this::address).collect(Collectors.joining(", "))));
    return workspace.start();
  }

  private String address(int port) {
    return "https://127.0.0.1:" + port;
  }

  @AfterEach
  void stop() {
    gateways.forEach(Gateway::close);
  }

  private JsonNode send(int status, String method, String path) throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address(ports.get(0)) + "/api/v1/" + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JsonMapper.builder().build().readTree(response.body());
  }

  @Test
  void actions_reachReplicasOverTls_oneThatIsNotTrustedIsNamedUntilItsCertificateIsRight()
      throws Exception {
    JsonNode own = send(200, "GET", "replicas").path("items").path(0);
    assertThat(own.path("own").asBoolean()).isTrue();
    assertThat(own.path("address").asText()).isEqualTo(address(ports.get(0)));

    JsonNode refused = send(409, "POST", "transactions");
    assertThat(refused.path("detail").asText())
        .startsWith("nothing is held anywhere: ")
        .contains(address(ports.get(2)))
        .containsIgnoringCase("certificate")
        .doesNotContain(address(ports.get(1)));

    writeCertificate(2, AUTHORITY);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(send(200, "GET", "replicas").path("items").findValuesAsText("reachable"))
                    .containsExactly("true", "true", "true"));
    JsonNode opened = send(201, "POST", "transactions");
    assertThat(opened.path("replicas").findValuesAsText("outcome"))
        .containsExactly("done", "done", "done");
    assertThat(opened.path("replicas").findValuesAsText("address"))
        .containsExactlyInAnyOrderElementsOf(ports.stream().map(this::address).toList());
    send(200, "POST", "transactions/" + opened.path("id").asText() + "/release");
  }
}
