package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The jar of {@code examples/adapter}, dropped into the distribution as anybody would: a real
 * istiod has its services. A broken jar beside it is named and harms nothing; one that is dropped
 * in later is found when the configuration changes, while the stream stays open.
 */
@NeedsServer("istiod-1.27.0")
final class DroppedInAdapterTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String HEAD =
      """
      xds: {address: "@xds@"}
      admin: {address: "@admin@"}
      store: {path: data/fairlead.db}
      registries:
      - {name: files, type: file, path: services}
      """;

  private volatile String list = "orders 10.1.0.1 8080 version=v1\nend\n";
  private final HttpServer web = start();

  private HttpServer start() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void serve() {
    web.createContext(
        "/list",
        exchange -> {
          byte[] bytes = list.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          try (exchange) {
            exchange.getResponseBody().write(bytes);
          }
        });
    web.start();
  }

  @AfterEach
  void stop() {
    web.stop(0);
  }

  @Test
  void exampleAdapter_isDroppedIn_istiodHasItsServices() throws Exception {
    try (GatewayProcess gateway = GatewayProcess.withAdapters(HEAD, List.of())) {
      Files.createDirectories(gateway.folder().resolve("services"));
      Files.writeString(gateway.adapters().resolve("broken.jar"), "no jar");
      gateway.start().awaitReady();
      assertThat(gateway.get("/api/v1/problems").toString())
          .contains("adapter_left_out")
          .contains("broken.jar is no jar");
      try (IstiodServer istiod =
          IstiodServer.builder("1.27.0").sources(gateway.source()).start().awaitSynced()) {
        Files.copy(exampleJar(), gateway.adapters().resolve("lines.jar"));
        int mark = istiod.mark();
        gateway.rewriteConfig(HEAD + registry());

        awaitHost(istiod, "orders.lines", true);
        list = "orders 10.1.0.1 8080\nreviews 10.1.0.2 8080\nend\n";
        awaitHost(istiod, "reviews.lines", true);
        assertThat(istiod.refusalsSince(mark)).isEmpty();
        gateway.rewriteConfig(HEAD);
        awaitHost(istiod, "orders.lines", false);
      }
      GatewayProcess.Result check =
          gateway.run("check", "--config", gateway.folder().resolve("fairlead.yaml").toString());
      assertThat(check.exitCode()).isZero();
      assertThat(check.out())
          .contains("warning: adapter left out: ")
          .contains("broken.jar is no jar");
    }
  }

  private String registry() {
    return "- {name: shop, type: lines, url: 'http://127.0.0.1:"
        + web.getAddress().getPort()
        + "/list', period: 100ms, settle: 2s}\n";
  }

  private static void awaitHost(IstiodServer istiod, String host, boolean present) {
    Awaitility.await(host + (present ? "" : " gone"))
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                istiod.serviceEntries().stream()
                        .anyMatch(it -> it.spec().path("hosts").toString().contains(host))
                    == present);
  }

  private static Path exampleJar() throws IOException {
    Path target = Path.of(System.getProperty("fairlead.root")).resolve("examples/adapter/target");
    try (Stream<Path> files = Files.list(target)) {
      List<Path> jars =
          files
              .filter(
                  it -> it.getFileName().toString().matches("fairlead-example-adapter-.*\\.jar"))
              .toList();
      assertThat(jars).as("the jar in %s", target).isNotEmpty();
      return jars.get(0);
    }
  }
}
