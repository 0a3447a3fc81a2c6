package io.fairlead.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that whatever the documents name exists. */
class DocumentsTest {
  /** Names of Istio, Envoy, Consul, Nacos, Kubernetes and Java. */
  private static final Set<String> FOREIGN =
      Set.of(
          "ClusterIP",
          "CoreMaintainerService",
          "CreateIndex",
          "DeltaAggregatedResources",
          "FuzzyWatchLoadWatcher",
          "HttpURLConnection",
          "ModifyIndex",
          "NacosNamingService",
          "NacosServerBasicApplication",
          "NacosServerWebApplication",
          "Node",
          "PreferClose",
          "PreferSameZone",
          "ResourceVersion",
          "SSLContext",
          "ServiceLoader",
          "StatefulSet",
          "StreamAggregatedResources",
          "TaggedAddresses");

  @Test
  void documents_nameOnlyWhatIsThere() throws IOException {
    Documents documents = new Documents(Path.of(System.getProperty("fairlead.root")), FOREIGN);

    assertThat(documents.all()).hasSizeGreaterThan(15);
    assertThat(documents.missing()).isEmpty();
  }

  @Test
  void whatIsNotThere_isFound(@TempDir Path root) throws IOException {
    Files.writeString(
        root.resolve("Gateway.java"), "/** See docs/gone.md. */ class Gateway { void stop() {} }");
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(
        root.resolve("docs/page.md"),
        """
        # The page
        [here](page.md#the-page) and [there](other.md), [no such part](page.md#part),
        `Gateway.stop()`, `Gateway.start()`, `GatewayFactory`, `ModifyIndex`, `docs/page.md`,
        `docs/more.md`, `charts/`, docs/gone.md, `a.b/c` and `Word`.
        ```
        docs/           this folder
        charts/stable/  the chart
        ```
        """);

    assertThat(new Documents(root, FOREIGN).missing())
        .containsExactlyInAnyOrder(
            "docs/page.md: other.md",
            "docs/page.md: page.md#part",
            "docs/page.md: Gateway.start()",
            "docs/page.md: GatewayFactory",
            "docs/page.md: docs/more.md",
            "docs/page.md: charts/",
            "docs/page.md: docs/gone.md",
            "docs/page.md: charts/stable/",
            "Gateway.java: docs/gone.md");
  }
}
