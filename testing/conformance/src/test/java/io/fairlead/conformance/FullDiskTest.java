package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsSmallDisk;
import io.fairlead.harness.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store without room delays nothing, says so, and goes on by itself once there is room. */
@NeedsSmallDisk
final class FullDiskTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final TempTree tree = TempTree.create();
  private final Path services = tree.path().resolve("file");
  private final FileRegistry files = new FileRegistry("file", services, WhenEmpty.STAYS);
  private final GatewayProcess gateway = GatewayProcess.of(Fleet.configuration(List.of(files)));
  private final SmallDisk disk = SmallDisk.mount(gateway.dataFolder(), 4);
  private final Operator operator = new Operator(gateway);

  @AfterEach
  void end() {
    if (gateway.isRunning()) {
      gateway.kill();
    }
    disk.close();
    gateway.close();
    tree.close();
  }

  @Test
  void fullDisk_isServedFromMemory_andWrittenOnceThereIsRoom() throws IOException {
    for (int i = 0; i < 50; i++) {
      files.put("disk-" + i, "1", Registered.at("10.9.0." + (i + 1), 8080));
    }
    gateway.start().awaitReady();
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(files.expected(Istiods.REVISION).keySet());
      assertThat(store().path("durable").asBoolean()).isTrue();
      operator.awaitMetric(1, "fairlead_store_durable");

      disk.fill();
      // More than may be left within the files that are there.
      for (int i = 0; i < 300; i++) {
        files.put(
            "full-" + i, "1", Registered.at("10.9.%d.%d".formatted(1 + i / 250, i % 250), 80));
      }
      for (int i = 0; i < 10; i++) {
        files.drop("disk-" + i);
      }

      client.awaitNames(files.expected(Istiods.REVISION).keySet());
      awaitDurable(false);
      assertThat(gateway.isReady()).isTrue();
      assertThat(store().path("problem").asText()).as("problem").isNotEmpty();
      assertThat(store().path("unwritten").asInt()).isPositive();
      operator.awaitMetric(0, "fairlead_store_durable");
      operator.awaitItems(
          "problems",
          problems ->
              problems.stream()
                  .anyMatch(one -> one.path("kind").asText().equals("store_not_durable")));
      GatewayProcess.Result doctor = gateway.run("doctor", "--admin", gateway.adminUrl());
      assertThat(doctor.exitCode()).isEqualTo(1);
      assertThat(doctor.out()).contains("CRITICAL  store_not_durable", "Make room");
      files.put("full-later", "1", Registered.at("10.9.9.1", 80));
      client.awaitNames(files.expected(Istiods.REVISION).keySet());

      disk.empty();
      awaitDurable(true);
      operator.awaitMetric(1, "fairlead_store_durable");
      operator.awaitMetric(0, "fairlead_store_unwritten");
    }
    assertStored();
  }

  private JsonNode store() {
    GatewayProcess.Answer answer = gateway.ask("/readyz");
    try {
      return new ObjectMapper().readTree(answer.body()).path("store");
    } catch (JsonProcessingException e) {
      throw new AssertionError("/readyz: " + answer + " (expected: JSON)", e);
    }
  }

  private void awaitDurable(boolean durable) {
    await("durable")
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(store().path("durable").asBoolean(!durable)).isEqualTo(durable));
  }

  /** What is served after a restart while the registry cannot be read is what the store has. */
  private void assertStored() throws IOException {
    gateway.kill();
    Files.move(services, tree.path().resolve("away"));
    Files.createDirectories(services);
    Files.writeString(services.resolve("broken.yaml"), "services: [", StandardCharsets.UTF_8);

    gateway.start().awaitReady();

    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(files.expected(Istiods.REVISION).keySet());
    }
    operator.awaitItems(
        "registries",
        registries ->
            registries.stream().allMatch(r -> r.path("state").asText().equals("failing")));
  }
}
