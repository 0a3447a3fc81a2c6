package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Pause;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Consul whose ACLs take rights away from a gateway that runs: what it may not see any more
 * stays in the mesh, and the operator sees what is wrong. Case 3 of docs/registries.md.
 */
@NeedsServer("consul")
final class ConsulRightsTest {
  private static final String NODES = "node_prefix \"\" { policy = \"read\" }";
  private static final String ALL = "service_prefix \"\" { policy = \"read\" } " + NODES;
  private static final String SOME = "service_prefix \"web\" { policy = \"read\" } " + NODES;

  private final ConsulServer consul = ConsulServer.builder().acl().start();
  private final ConsulApi api = consul.api();
  private final ConsulApi.Token token = api.token("all", ALL);
  private final Path file;

  ConsulRightsTest(@TempDir Path folder) throws IOException {
    file = Files.writeString(folder.resolve("token"), token.secret());
    register("web", 1);
    register("api", 1);
    register("api", 2);
  }

  @AfterEach
  void stop() {
    consul.close();
  }

  private void register(String service, int number) {
    api.register("n" + number, service + "-" + number, service, "10.0.0." + number, 80);
  }

  private WatchedGateway gateway() {
    return new WatchedGateway(
        "consul",
        "addresses: [\"%s\"], maxWait: 2s, keepEmpty: 1s, token: {file: \"%s\"}"
            .formatted(consul.address(), file));
  }

  @Test
  void tokenRevoked_everythingStaysUntilThereIsAnotherToken() throws IOException {
    try (WatchedGateway gateway = gateway()) {
      gateway.awaitServices(2);
      api.revoke(token);
      gateway.awaitProblem("403");
      register("web", 2);
      api.deregister("n2", "api-2");
      Pause.of(Duration.ofSeconds(5));
      gateway.awaitProblem("service:read");
      gateway.assertNothingLeft();
      assertThat(gateway.mesh().endpoints("web.mesh")).hasSize(1);

      Files.writeString(file, api.token("again", ALL).secret());
      gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
      gateway.awaitEndpoints("api", "10.0.0.1:80");
      gateway.awaitUp();
      assertThat(gateway.mesh().losses()).containsExactly("api.mesh 10.0.0.2:80");
    }
  }

  @Test
  void rightsReduced_whatIsHiddenStaysAndAdditionsGoThrough() throws Exception {
    try (WatchedGateway gateway = gateway()) {
      gateway.awaitServices(2);
      api.changeToken(token, "some", SOME);
      assertThat(filtered("/v1/catalog/services")).isEqualTo("200 true");
      gateway.awaitProblem("ACLs");
      register("web", 2);
      gateway.awaitEndpoints("web", "10.0.0.1:80", "10.0.0.2:80");
      gateway.assertNothingLeft();

      // Not a single service is left to see.
      api.changeToken(token, "none", NODES);
      assertThat(filtered("/v1/catalog/services")).isEqualTo("200 true");
      assertThat(filtered("/v1/health/service/web")).isEqualTo("200 true");
      api.deregister("n2", "api-2");
      Pause.of(Duration.ofSeconds(6));
      gateway.awaitProblem("service_prefix");
      gateway.assertNothingLeft();

      api.changeToken(token, "restored", ALL);
      gateway.awaitUp();
      gateway.awaitEndpoints("api", "10.0.0.1:80");
      register("new", 1);
      gateway.awaitEndpoints("new", "10.0.0.1:80");
      assertThat(gateway.mesh().losses()).containsExactly("api.mesh 10.0.0.2:80");
    }
  }

  /** What Consul answers the gateway: status, and whether it says that rights shortened it. */
  private String filtered(String path) throws IOException, InterruptedException {
    HttpResponse<Void> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(consul.address() + path))
                    .header("X-Consul-Token", token.secret())
                    .build(),
                HttpResponse.BodyHandlers.discarding());
    return answer.statusCode()
        + " "
        + answer.headers().firstValue("X-Consul-Results-Filtered-By-ACLs").orElse("");
  }
}
