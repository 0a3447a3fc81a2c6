package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of what {@code fairlead check} says of references, by files alone. */
class CheckReferencesTest {
  private static final String FILES = "- {name: files, type: file, path: services}\n";
  private static final String CONSUL =
      "- {name: dc1, type: consul, addresses: [\"http://127.0.0.1:1\"]}\n";

  private final Path folder;

  CheckReferencesTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    write(
        "services/orders.yaml",
        "services:\n- {name: orders, instances: [{address: 10.0.0.1, port: 80}]}\n");
    write(
        "mesh/orders.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: orders, namespace: shop}
        spec:
          hosts: [orders.shop]
          gateways: [mesh, front]
          http:
          - route:
            - {destination: {host: orders.shop, subset: v1}, weight: 50}
            - {destination: {host: payments.shop}, weight: 50}
        """);
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> check(String registries, String configs) throws IOException {
    write(
        "fairlead.yaml",
        "xds: {address: \"127.0.0.1:15010\"}\nregistries:\n" + registries + "configs:\n" + configs);
    Invocation check =
        Invocation.of("check", "--config", folder.resolve("fairlead.yaml").toString());
    assertThat(check.code()).as(check.out()).isZero();
    assertThat(check.err()).isEmpty();
    return check.out().lines().map(line -> line.replace(folder + "/", "")).toList();
  }

  @Test
  void allInFiles_whatLeadsNowhereIsAWarningAtItsPlace() throws IOException {
    List<String> lines =
        check(
            "- {name: files, type: file, path: services, host: \"{service}.shop\"}\n",
            "- {name: mesh, type: file, path: mesh}\n");

    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .startsWith("warning: configs/mesh orders.yaml:6:20: spec.gateways[1]: shop/front, ");
    assertThat(lines.get(1))
        .startsWith("warning: configs/mesh orders.yaml:9:")
        .contains("subset: v1, which no DestinationRule of orders.shop here has");
    assertThat(lines.get(2))
        .startsWith("warning: configs/mesh orders.yaml:10:")
        .contains("payments.shop, a host that no registry and no config source has");
    assertThat(lines.get(3))
        .isEqualTo("fairlead.yaml: valid, 3 warnings (files: file, configs/mesh: file)");
  }

  @Test
  void aRegistryElsewhere_gatewaysAndSubsetsAreJudgedAndHostsNot() throws IOException {
    List<String> lines = check(FILES + CONSUL, "- {name: mesh, type: file, path: mesh}\n");

    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).contains("spec.gateways[1]: shop/front, ");
    assertThat(lines.get(1)).contains("subset: v1, ");
    assertThat(lines.get(2))
        .isEqualTo(
            "hosts that documents name: not looked at, since dc1 was not read (expected: fairlead"
                + " preview, which reads all)");
    assertThat(lines.get(3)).contains("valid, 2 warnings (");
  }

  @Test
  void aConfigSourceElsewhere_nothingIsJudged() throws IOException {
    List<String> lines =
        check(
            FILES,
            "- {name: mesh, type: file, path: mesh}\n"
                + "- {name: kv, type: consul, prefix: mesh/, addresses: [\"http://127.0.0.1:1\"]}\n");

    assertThat(lines)
        .containsExactly(
            "what documents refer to: not looked at, since configs/kv was not read (expected:"
                + " fairlead preview, which reads all)",
            "fairlead.yaml: valid (files: file, configs/mesh: file, configs/kv: consul)");
  }

  @Test
  void unseenIgnored_onlyWhatCannotBeInKubernetesIsAWarning() throws IOException {
    write(
        "mesh/rule.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: orders, namespace: shop}
        spec: {host: orders.shop, subsets: [{name: v2, labels: {version: v2}}]}
        """);
    List<String> lines =
        check(FILES + CONSUL, "- {name: mesh, type: file, path: mesh, unseen: ignore}\n");

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains("subset: v1, which no DestinationRule of orders.shop");
  }

  @Test
  void noConfigSource_nothingIsSaidOfReferences() throws IOException {
    write("fairlead.yaml", "xds: {address: \"127.0.0.1:15010\"}\nregistries:\n" + CONSUL);
    Invocation check =
        Invocation.of("check", "--config", folder.resolve("fairlead.yaml").toString());

    assertThat(check.out().lines()).singleElement().asString().endsWith(": valid (dc1: consul)");
  }
}
