package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes and devices in the places of services files, before a gateway as operators run it. */
final class OddFilesTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final GatewayProcess gateway =
      GatewayProcess.of(
              """
              xds: {address: "@xds@"}
              admin: {address: "@admin@"}
              registries:
              - {name: files, type: file, path: services, host: "{service}.mesh", namespace: "{namespace}"}
              """)
          .shortLived();

  @AfterEach
  void end() {
    gateway.close();
  }

  private void write(String name, String text) throws IOException {
    Path part = gateway.folder().resolve("part");
    Files.writeString(part, text);
    Path folder = Files.createDirectories(gateway.folder().resolve("services"));
    Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String service(String name, String namespace) {
    return "services: [{name: %s, namespace: %s, instances: [{address: 10.7.0.1, port: 80}]}]"
        .formatted(name, namespace);
  }

  private void awaitResource(String name) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(gateway.get("/api/v1/resources").toString()).contains(name));
  }

  private JsonNode registry() {
    return gateway.get("/api/v1/registries").path("items").path(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pipe", "device"})
  void inPlaceOfAServicesFile_theOthersGoOnAndAStopEnds(String kind) throws Exception {
    write("a.yaml", service("a", "shop"));
    write("b.yaml", service("b", "shop"));
    gateway.start().awaitReady();
    awaitResource("shop/b.mesh");
    Path odd = gateway.folder().resolve("odd");
    if (kind.equals("pipe")) {
      assertThat(new ProcessBuilder("mkfifo", odd.toString()).start().waitFor()).isZero();
    } else {
      Files.createSymbolicLink(odd, Path.of("/dev/zero"));
    }
    Files.move(odd, gateway.folder().resolve("services/b.yaml"), StandardCopyOption.ATOMIC_MOVE);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(registry().path("state").asText()).isNotEqualTo("up");
              assertThat(registry().toString())
                  .contains("b.yaml: a pipe, a socket or a device (expected: a regular file)");
            });
    write("c.yaml", service("c", "shop"));
    awaitResource("shop/c.mesh");
    awaitResource("shop/b.mesh");
    // It throws if the gateway had to be ended by force.
    gateway.stop();
    assertThat(gateway.process().exitCode()).isZero();
  }

  @Test
  void oneHostInTwoNamespaces_isServedOnceAndBothSayWho() throws IOException {
    write(
        "db.yaml",
        """
        services:
        - {name: db, namespace: team-a, instances: [{address: 10.7.0.1, port: 5432}]}
        - {name: db, namespace: team-b, instances: [{address: 10.7.0.2, port: 5432}]}
        """);
    GatewayProcess.Result preview = gateway.run("preview", "--config", gateway.config().toString());
    assertThat(preview.exitCode()).isZero();
    assertThat(preview.out()).containsOnlyOnce("- db.mesh").containsOnlyOnce("namespace: team-a");
    assertThat(preview.err())
        .contains("db.mesh belongs to the service team-a/db")
        .contains("db.mesh is claimed by the service team-b/db");
    gateway.start().awaitReady();
    awaitResource("team-a/db.mesh");
    assertThat(gateway.get("/api/v1/refused").toString())
        .contains("db.mesh belongs to the service team-a/db")
        .contains("db.mesh is claimed by the service team-b/db");
  }
}
