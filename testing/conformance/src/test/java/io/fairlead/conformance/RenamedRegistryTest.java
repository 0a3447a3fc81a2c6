package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A registry is renamed while the gateway runs: a real istiod never has fewer services. */
@NeedsServer("istiod-1.27.0")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RenamedRegistryTest {
  private static final int SERVICES = 9;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final GatewayProcess gateway = GatewayProcess.of(configuration("before", "services"));

  private static String configuration(String name, String path) {
    return """
        xds: {address: @xds@}
        admin: {address: @admin@}
        registries:
        - {name: %s, type: file, path: %s}
        """
        .formatted(name, path);
  }

  @BeforeAll
  void start() throws IOException {
    Path folder = Files.createDirectories(gateway.folder().resolve("services"));
    for (int i = 0; i < SERVICES; i++) {
      Files.writeString(
          folder.resolve("s" + i + ".yaml"),
          "services: [{name: s%d, instances: [{address: 10.0.0.%d, port: 80}]}]\n"
              .formatted(i, i + 1),
          StandardCharsets.UTF_8);
    }
    gateway.start().awaitReady();
  }

  @AfterAll
  void end() {
    gateway.close();
  }

  /** Counts what an istiod has, again and again, and remembers the fewest. */
  private static final class Fewest implements AutoCloseable {
    private final AtomicInteger fewest = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger looks = new AtomicInteger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the thread.
    Fewest(IstiodServer istiod) {
      thread.scheduleWithFixedDelay(
          () -> {
            int count = istiod.serviceEntries().size();
            fewest.accumulateAndGet(count, Math::min);
            looks.incrementAndGet();
          },
          0,
          20,
          TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  private static void awaitRegistry(IstiodServer istiod, String name) {
    Awaitility.await("istiod has what is of " + name)
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(istiod.serviceEntries())
                    .hasSize(SERVICES)
                    .extracting(entry -> label(entry))
                    .containsOnly(name));
  }

  private static String label(IstioConfig entry) {
    return entry.labels().getOrDefault("fairlead.io/registry", "");
  }

  @Test
  void rename_alsoWithAWrongPath_takesNothingFromTheMesh() {
    try (IstiodServer istiod =
            IstiodServer.builder(Istiods.NEWEST).sources(gateway.source()).start().awaitSynced();
        MeshWatch watch = new MeshWatch(gateway)) {
      awaitRegistry(istiod, "before");
      watch.await("all services", LIMIT, held -> held.size() == SERVICES);
      try (Fewest fewest = new Fewest(istiod)) {
        gateway.rewriteConfig(configuration("renamed", "services"));
        awaitRegistry(istiod, "renamed");
        assertThat(gateway.get("/api/v1/holds").path("items")).isEmpty();

        gateway.rewriteConfig(configuration("again", "servces"));
        Awaitility.await("a hold").atMost(LIMIT).until(() -> holds().size() == 1);
        assertThat(holds().path(0).path("reason").asText()).isEqualTo("reload");
        assertThat(holds().path(0).path("explanation").asText()).contains("again");
        Awaitility.await("why it is waited for")
            .atMost(LIMIT)
            .until(() -> gateway.ask("/readyz").body().contains("servces: does not exist"));
        assertThat(gateway.ask("/readyz").status()).isEqualTo(200);
        assertThat(gateway.ask("/readyz").body()).contains("\"again\"", "\"reload\"");
        assertThat(gateway.run("get", "holds", "--admin", gateway.adminUrl()).out())
            .contains("renamed", "reload", "9 of 9 services", "no limit");
        awaitRegistry(istiod, "renamed");

        gateway.rewriteConfig(configuration("again", "services"));
        awaitRegistry(istiod, "again");
        Awaitility.await("no hold").atMost(LIMIT).until(() -> holds().isEmpty());
        int before = fewest.looks.get();
        Awaitility.await("another look").atMost(LIMIT).until(() -> fewest.looks.get() > before);
        assertThat(fewest.fewest).hasValue(SERVICES);
      }
      assertThat(watch.losses()).isEmpty();
    }
  }

  private JsonNode holds() {
    return gateway.get("/api/v1/holds").path("items");
  }
}
