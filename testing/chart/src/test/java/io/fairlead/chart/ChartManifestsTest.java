package io.fairlead.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of each object of each set of values, as a real API server judges it. */
@NeedsServer({
  Cluster.ETCD,
  Cluster.API_SERVER,
  Cluster.CONTROLLERS,
  Cluster.KUBECTL,
  "helm",
  "kubernetes-api"
})
class ChartManifestsTest {
  @RegisterExtension static final ClusterExtension CLUSTER = new ClusterExtension();

  static List<String> valueSets() {
    return ValueSets.names();
  }

  @BeforeAll
  static void prepare() throws IOException {
    try (Stream<Path> files = Files.list(Binaries.folder().resolve("kubernetes-api/crds"))) {
      for (Path file : files.toList()) {
        CLUSTER.get().apply(Files.readString(file));
      }
    }
    CLUSTER
        .get()
        .kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        .done();
    for (String namespace : List.of("gateways", "mesh")) {
      CLUSTER.get().createRestrictedNamespace(namespace);
    }
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void manifests_areAcceptedByTheServer(String set) {
    String rendered = Helm.offline().template(ValueSets.file(set)).done();

    Command applied = dryRun(rendered);

    assertThat(applied.exitCode()).as("%s", applied).isZero();
    // Whatever the server would warn of: unknown fields, rights that a Pod should not have.
    assertThat(applied.err()).isEmpty();
    assertThat(applied.out().lines().filter(line -> line.contains("serverside-applied")))
        .hasSameSizeAs(Manifests.parse(rendered).objects());
  }

  @Test
  void manifestWithAPodThatMayBeRoot_isWarnedOf() {
    String rendered = Helm.offline().template(ValueSets.file("minimal")).done();

    assertThat(dryRun(rendered.replace("runAsNonRoot: true", "runAsNonRoot: false")).err())
        .contains("would violate PodSecurity");
  }

  /** What is said to stay in the mesh when the chart is removed. */
  @Test
  void serviceEntriesOfAPreview_areAcceptedByTheServer(@TempDir Path folder) throws IOException {
    Path services = folder.resolve("services");
    Files.createDirectories(services);
    Manifests manifests =
        Manifests.parse(Helm.offline().template(ValueSets.file("minimal")).done());
    Files.writeString(
        services.resolve("shop.yaml"),
        manifests.get("ConfigMap", "mesh-fairlead-services").at("/data/shop.yaml").asText());
    Path config =
        Files.writeString(
            folder.resolve("fairlead.yaml"),
            manifests.configuration().replace("/etc/fairlead/services", services.toString()));
    CLUSTER.get().apply(Files.readString(Binaries.folder().resolve("kubernetes-api/istio.yaml")));
    CLUSTER
        .get()
        .kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        .done();
    CLUSTER.get().createRestrictedNamespace("file");

    String entries = Command.fairlead("preview", "--config", config.toString()).done();
    Command applied =
        CLUSTER.get().kubectl(entries, "apply", "--server-side", "--validate=strict", "-f", "-");

    assertThat(applied.exitCode()).as("%s", applied).isZero();
    assertThat(applied.out())
        .isEqualTo("serviceentry.networking.istio.io/reviews.file serverside-applied\n");
  }

  private static Command dryRun(String rendered) {
    return CLUSTER
        .get()
        .kubectl(
            rendered, "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-");
  }
}
