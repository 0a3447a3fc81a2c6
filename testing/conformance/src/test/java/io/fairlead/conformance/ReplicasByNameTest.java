package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three gateways that know each other by one name over TLS, as by a headless Service: each has an
 * address of its own and the same port. The name is resolved by a file that the test writes.
 */
final class ReplicasByNameTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "fairlead-replicas.mesh.svc";
  private static final TestAuthority AUTHORITY = TestAuthority.create("replicas");

  private final TempTree tree = TempTree.create();
  private final Path hosts = tree.path().resolve("hosts");
  private final int port = FreePorts.next();
  private final List<GatewayProcess> gateways = new ArrayList<>();

  @AfterEach
  void end() {
    gateways.forEach(GatewayProcess::close);
    tree.close();
  }

  private static String address(int replica) {
    return "127.0.0." + (replica + 2);
  }

  private String url(int replica) {
    return "https://" + address(replica) + ":" + port;
  }

  private void resolve(List<Integer> replicas) throws IOException {
    Files.writeString(
        hosts,
        replicas.stream()
            .map(replica -> address(replica) + " " + NAME)
            .collect(Collectors.joining("\n", "", "\n")),
        StandardCharsets.UTF_8);
  }

  private GatewayProcess gateway(int replica) throws IOException {
    GatewayProcess gateway =
        GatewayProcess.of(
                """
                xds: {address: "@xds@"}
                admin:
                  address: "@admin@"
                  tls: {address: "%s:%d", certificate: tls.crt, key: tls.key, clientCa: ca.crt}
                replicas:
                  dns: %s
                  port: %d
                  tls: {ca: ca.crt, certificate: tls.crt, key: tls.key}
                registries:
                - {name: files, type: file, path: services}
                """
                    .formatted(address(replica), port, NAME, port))
            .shortLived()
            .javaOption("-Djdk.net.hosts.file=" + hosts)
            .javaOption("-Dsun.net.inetaddr.ttl=1");
    gateways.add(gateway);
    Files.createDirectories(gateway.folder().resolve("services"));
    AUTHORITY.write(gateway.folder().resolve("ca.crt"));
    // For the name alone, as one certificate for all replicas is.
    AUTHORITY.leaf(NAME).write(gateway.folder(), "tls");
    return gateway.start();
  }

  private static JsonNode replicas(GatewayProcess gateway) {
    return gateway.get("/api/v1/replicas").path("items");
  }

  private static GatewayProcess.Result run(GatewayProcess gateway, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--admin", gateway.adminUrl()));
    return gateway.run(all.toArray(new String[0]));
  }

  @Test
  void replicas_areThoseThatTheNameHas() throws IOException {
    resolve(List.of(0, 1));
    for (int i = 0; i < 3; i++) {
      gateway(i);
    }
    gateways.forEach(GatewayProcess::awaitReady);
    GatewayProcess first = gateways.get(0);
    await("the other one")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(replicas(first).findValuesAsText("address"))
                    .containsExactly(url(0), url(1)));

    // A third one joins.
    resolve(List.of(0, 1, 2));
    await("all three")
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(replicas(first).findValuesAsText("address"))
                  .containsExactly(url(0), url(1), url(2));
              assertThat(replicas(first).findValuesAsText("reachable")).containsOnly("true");
            });
    GatewayProcess.Result hold = run(first, "hold", "--ttl", "5m");
    assertThat(hold.exitCode()).as(hold.err()).isZero();
    assertThat(hold.err()).contains("at all 3 replicas");
    String id = hold.out().strip();
    assertThat(gateways)
        .allSatisfy(
            gateway ->
                assertThat(gateway.get("/api/v1/transactions").path("items").findValuesAsText("id"))
                    .containsExactly(id));
    assertThat(run(gateways.get(2), "release", id).exitCode()).isZero();

    // It is killed, and missed for as long as the name has it.
    gateways.get(2).kill();
    GatewayProcess.Result refused = run(first, "hold");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains(url(2), "connection refused");
    resolve(List.of(0, 1));
    await("two are all")
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(replicas(first).findValuesAsText("address")).hasSize(2));
    GatewayProcess.Result held = run(first, "hold", "--ttl", "1m");
    assertThat(held.exitCode()).as(held.err()).isZero();
    assertThat(held.err()).contains("at all 2 replicas");

    // A name that nobody knows any more is said, too.
    resolve(List.of());
    await("no name")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(first.get("/api/v1/problems").path("items").findValuesAsText("message"))
                    .anySatisfy(text -> assertThat(text).contains(NAME, "unknown host")));
  }
}
