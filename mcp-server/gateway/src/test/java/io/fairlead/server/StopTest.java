package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop ends within its time, whatever a thread does. */
class StopTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // Ends the threads of adapters that would never return.
  private final CountDownLatch end = new CountDownLatch(1);

  private final Workspace workspace;
  private final HttpClient client = HttpClient.newHttpClient();

  StopTest(@TempDir Path folder) {
    this.workspace = new Workspace(folder, new StuckFactory(end));
  }

  @AfterEach
  void letGo() {
    end.countDown();
  }

  /** Has nothing to say. */
  record StuckConfiguration(String service) {}

  /** Makes adapters that have one service, and never return from their end. */
  private static final class StuckFactory implements RegistryAdapterFactory<StuckConfiguration> {
    private final CountDownLatch end;

    private StuckFactory(CountDownLatch end) {
      this.end = end;
    }

    @Override
    public String type() {
      return "stuck";
    }

    @Override
    public Class<StuckConfiguration> configurationType() {
      return StuckConfiguration.class;
    }

    @Override
    public String defaultHost() {
      return "{service}.stuck";
    }

    @Override
    public RegistryAdapter create(AdapterContext context, StuckConfiguration configuration) {
      return new RegistryAdapter() {
        @Override
        public void start() {
          ServiceId id = ServiceId.of(configuration.service());
          context
              .sink()
              .resync(
                  new ReadOutcome.Fresh(
                      List.of(new Service(id, Map.of(), Map.of(), List.of(), List.of()))));
        }

        @Override
        public void close() {
          while (end.getCount() > 0) {
            try {
              end.await();
            } catch (InterruptedException e) {
              // As a system call that cannot be called back.
              continue;
            }
          }
        }
      };
    }
  }

  private String registries(Gateway gateway) {
    try {
      return client
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://" + gateway.adminAddress() + "/api/v1/registries"))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void close_adapterThatNeverReturns_isLeftBehindAndTheRestEndsInOrder() throws IOException {
    workspace.configure(
        "- {name: one, type: stuck, service: a}\n- {name: two, type: stuck, service: b}\n");
    Gateway gateway = workspace.start();
    await().atMost(LIMIT).until(gateway::isReady);
    assertTimeoutPreemptively(LIMIT, gateway::close);
    // The store and the ports are free again.
    Gateway next = workspace.start();
    await().atMost(LIMIT).until(next::isReady);
    end.countDown();
    next.close();
  }

  @Test
  void reload_adapterThatNeverReturns_isLeftBehindAndTheChangeIsApplied() throws Exception {
    workspace.configure("- {name: one, type: stuck, service: a}\n");
    try (Gateway gateway = workspace.start()) {
      await().atMost(LIMIT).until(gateway::isReady);
      // A pipe in the place of the configuration file changes nothing.
      Path kept = workspace.config().resolveSibling("kept");
      Files.copy(workspace.config(), kept);
      Path pipe = workspace.config().resolveSibling("pipe");
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      Files.move(pipe, workspace.config(), StandardCopyOption.ATOMIC_MOVE);
      assertThat(workspace.loader().read(workspace.config()).result().toString())
          .contains("a pipe, a socket or a device (expected: a regular file)");
      Files.move(kept, workspace.config(), StandardCopyOption.ATOMIC_MOVE);
      workspace.configure("- {name: two, type: stuck, service: b}\n");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(registries(gateway)).contains("\"two\"").doesNotContain("\"one\""));
      end.countDown();
    }
  }
}
