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

  private static Command dryRun(String rendered) {
    return CLUSTER
        .get()
        .kubectl(
            rendered, "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-");
  }
}
