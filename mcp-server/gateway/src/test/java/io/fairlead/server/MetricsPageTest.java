package io.fairlead.server;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.StateClient;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.registry.RegistryLoad;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The checked-in page of the metrics says what a gateway serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsPageTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path FILE =
      Path.of(System.getProperty("fairlead.root"), "docs", "metrics.md");
  private static final String COMMAND =
      "mvn -pl mcp-server/gateway -am test -Dtest=MetricsPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dfairlead.docs=write";

  private String scrape = "";

  /** Has no keys. */
  record CountingConfiguration() {}

  /** Makes adapters that have no service and tell their load. */
  private static final class CountingFactory
      implements RegistryAdapterFactory<CountingConfiguration> {
    @Override
    public String type() {
      return "counting";
    }

    @Override
    public Class<CountingConfiguration> configurationType() {
      return CountingConfiguration.class;
    }

    @Override
    public String defaultHost() {
      return "{service}.counting";
    }

    @Override
    public RegistryAdapter create(AdapterContext context, CountingConfiguration configuration) {
      return new RegistryAdapter() {
        @Override
        public void start() {
          context.sink().resync(new ReadOutcome.Fresh(List.of()));
          context.sink().load(new RegistryLoad(3, 150, 20));
        }

        @Override
        public void close() {}
      };
    }
  }

  @BeforeAll
  void scrapeAGateway(@TempDir Path folder) throws Exception {
    Workspace workspace = new Workspace(folder, new CountingFactory());
    workspace.service("one", "web", "10.0.0.1");
    // A finding, so that there is a sample of them.
    workspace.service("one", "nowhere", "0.0.0.0");
    TestAuthority.create("servers").leaf("localhost").write(folder, "tls");
    workspace.write(
        "fairlead.yaml",
        """
        xds:
          address: "127.0.0.1:0"
          tls: {address: "127.0.0.1:0", certificate: tls.crt, key: tls.key}
        admin: {address: "127.0.0.1:0"}
        registries:
        - {name: one, type: file, path: one}
        - {name: two, type: counting}
        configs:
        - {name: mesh, type: file, path: mesh}
        """);
    workspace.write("mesh/empty.yaml", "");
    try (Gateway gateway = workspace.start();
        StateClient client = new StateClient(gateway.xdsAddresses().get(0).port(), "")) {
      client.subscribe(SERVICE_ENTRY);
      client.ack(client.await());
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                scrape = get(gateway);
                assertThat(scrape)
                    .contains(
                        "fairlead_findings{", "fairlead_clients{", "fairlead_config_source_up{");
              });
    }
    if ("write".equals(System.getProperty("fairlead.docs"))) {
      Files.writeString(FILE, MetricsPage.of(scrape, COMMAND));
    }
  }

  private static String get(Gateway gateway) throws IOException, InterruptedException {
    URI address = URI.create("http://" + gateway.adminAddress() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void page_isWhatAGatewayServes() throws IOException {
    assertThat(Files.readString(FILE).lines().toList())
        .as("docs/metrics.md is stale; rewrite it with: %s", COMMAND)
        .containsExactlyElementsOf(MetricsPage.of(scrape, COMMAND).lines().toList());
  }

  @Test
  void everyMetric_hasAHelpAndAType() {
    List<String> names =
        scrape
            .lines()
            .filter(line -> line.startsWith("# TYPE "))
            .map(line -> line.split(" ")[2])
            .toList();

    assertThat(names).hasSizeGreaterThan(40);
    assertThat(names)
        .allSatisfy(name -> assertThat(scrape).containsPattern("# HELP " + name + " \\S"));
  }

  @Test
  void process_hasTheNamesThatDashboardsExpect() {
    assertThat(scrape)
        .contains(
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_open_fds ",
            "process_max_fds ",
            "process_start_time_seconds ",
            "jvm_memory_used_bytes{area=\"heap\"");
  }

  @Test
  void gateway_saysWhatItIsAndHowItIs() {
    assertThat(scrape)
        .containsPattern(
            "fairlead_build_info\\{java=\"17[^\"]*\",revision=\"\\w+\",version=\"[0-9][^\"]*\"} 1"
                .replace("17", Integer.toString(Runtime.version().feature())))
        .contains(
            "fairlead_ready 1.0",
            "fairlead_config_last_reload_successful 1.0",
            "fairlead_config_restart_needed 0.0",
            "fairlead_shadowed_services{registry=\"one\"} 0.0",
            "fairlead_registry_read_errors_total{registry=\"one\"} 0.0",
            "fairlead_refused_services{reason=\"no_port\",registry=\"one\"} 0.0",
            "fairlead_registry_connections{registry=\"two\"} 3.0",
            "fairlead_registry_requests_total{registry=\"two\"} 20.0",
            "fairlead_nacks_total{type=\"ServiceEntry\"} 0.0")
        .doesNotContain("fairlead_registry_connections{registry=\"one\"}")
        .containsPattern("fairlead_registry_read_duration_seconds_count\\{registry=\"one\"} [1-9]")
        .containsPattern("fairlead_registry_last_success_timestamp_seconds\\{.*} 1\\.\\d+E9");
  }
}
