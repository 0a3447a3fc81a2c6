package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.Yaml;

class PreviewCommandTest {
  private final Path folder;

  PreviewCommandTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    write("a/web.yaml", service("web", "10.0.0.1"));
    write("b/web.yaml", service("web", "10.0.0.2"));
    write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:15010"}
        registries:
        - {name: first, type: file, path: a, priority: 200}
        - {name: second, type: file, path: b}
        """);
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
  }

  private static String service(String name, String address) {
    return """
        services:
        - name: "%s"
          instances:
          - {address: "%s", port: 80, metadata: {version: "1e3", "bad key": "x"}}
        """
        .formatted(name, address);
  }

  private Invocation preview(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("preview", "--config", folder.resolve("fairlead.yaml").toString()));
    arguments.addAll(List.of(more));
    return Invocation.of(arguments.toArray(String[]::new));
  }

  private static List<Map<String, Map<String, Object>>> documents(String yaml) {
    List<Map<String, Map<String, Object>>> documents = new ArrayList<>();
    for (Object document : new Yaml().loadAll(yaml)) {
      @SuppressWarnings("unchecked")
      Map<String, Map<String, Object>> entry = (Map<String, Map<String, Object>>) document;
      documents.add(entry);
    }
    return documents;
  }

  @Test
  void preview_twoRegistriesWithOneHost_showsWhatWouldBeServed() {
    Invocation preview = preview();

    assertThat(preview.code()).as(preview.err()).isZero();
    assertThat(documents(preview.out())).hasSize(1);
    assertThat(preview.out()).contains("address: 10.0.0.1").doesNotContain("10.0.0.2");
    assertThat(preview.err().lines())
        .anyMatch(line -> line.startsWith("second web: shadowed: web.file belongs to"))
        .anyMatch(line -> line.startsWith("first web: repaired: ") && line.contains("bad key"))
        .contains("2 services read, 1 resource", "  shadowed: 1");
  }

  @Test
  void preview_mergedServices_areOneDocument_andSayWhoIsInIt() throws IOException {
    write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        rules:
        - {name: {merge: true}}
        registries:
        - {name: first, type: file, path: a, priority: 200}
        - {name: second, type: file, path: b}
        """);
    Invocation preview = preview();

    assertThat(preview.code()).as(preview.err()).isZero();
    assertThat(documents(preview.out())).hasSize(1);
    assertThat(preview.out())
        .contains(
            "# first web: protocol: tcp",
            "# merged of 2 services: first/web, second/web\n",
            "address: 10.0.0.1",
            "address: 10.0.0.2")
        .doesNotContain("# second web:");
    assertThat(preview.err().lines()).contains("2 services read, 1 resource");
    assertThat(preview("--explain", "second/web").out().replaceAll("\\s+", " "))
        .contains("merge one entry with all that are to share the host by rules, see above")
        .contains("served as file/web.file, merged of 2 services, the first is first/web");
    assertThat(preview("--explain", "second/web", "-o", "json").out())
        .contains("\"mergedTotal\" : 2", "\"mergedInto\" : \"first/web\"");
  }

  @Test
  void preview_documentsOfConfigSources_areServedToo_andTheirFaultsAreLines() throws IOException {
    String route =
        """
        apiVersion: networking.istio.io/v1beta1
        kind: VirtualService
        metadata: {name: %s}
        spec: {hosts: [web.file], http: [{route: [{destination: {host: web.file}, weight: %s}]}]}
        """;
    write("low/web.yaml", route.formatted("web", "7"));
    write("high/web.yaml", route.formatted("web", "100") + "---\n" + route.formatted("bad", "x"));
    Files.writeString(
        folder.resolve("fairlead.yaml"),
        """
        configs:
        - {name: low, type: file, path: low}
        - {name: high, type: file, path: high, priority: 200}
        """,
        StandardOpenOption.APPEND);

    Invocation preview = preview();

    assertThat(preview.code()).as(preview.err()).isZero();
    assertThat(documents(preview.out())).hasSize(2);
    assertThat(preview.out())
        .contains("# configs/high web.yaml\n", "kind: VirtualService", "weight: 100")
        .doesNotContain("weight: 7");
    assertThat(preview.err().lines())
        .contains("2 services read, 2 documents read, 2 resources")
        .anyMatch(
            line ->
                line.startsWith("configs/high web.yaml:9:")
                    && line.contains(": refused: spec.http[0].route[0].weight: x (expected: "));
    // Not a second time by the log.
    assertThat(LoggerFactory.getLogger("io.fairlead.configs.merge.DocumentSink").isWarnEnabled())
        .isFalse();
    assertThat(documents(preview("--registry", "second").out())).hasSize(1);
  }

  @Test
  void preview_oneRegistry() {
    Invocation preview = preview("--registry", "second");

    assertThat(preview.code()).isZero();
    assertThat(preview.out()).contains("10.0.0.2").contains("version: \"1e3\"");
  }

  @Test
  void preview_hostileValues_areOneLegalDocumentEachAndOneLineEach() throws IOException {
    write(
        "b/hostile.yaml",
        """
        services:
        - name: "a\\nb\\u001b[31m"
          instances: [{address: 10.0.0.3, port: 80}]
        - name: "yes"
          instances: [{address: "10.0.0.4\\n- evil", port: 80}, {address: 10.0.0.5, port: 81}]
        - name: nothing
          instances: [{address: 10.0.0.6, port: 0}]
        """);

    Invocation preview = preview("--registry", "second");

    assertThat(preview.code()).as(preview.err()).isZero();
    assertThat(documents(preview.out()))
        .allSatisfy(document -> assertThat(document).containsKeys("metadata", "spec"))
        .hasSize(3);
    assertThat(preview.out() + preview.err()).doesNotContain("\u001b");
    assertThat(preview.err().lines())
        .anyMatch(line -> line.contains("nothing: refused: no instance has a port"))
        .anyMatch(line -> line.contains("a\\nb"))
        .contains("  no_port (refused): 1");
  }

  @Test
  void preview_eachService_saysWhereProtocolAndPortAreFrom() throws IOException {
    write(
        "b/web.yaml",
        """
        services:
        - {name: cache, namespace: infra, instances: [{address: 10.6.1.1, port: 6379}]}
        - {name: shop, metadata: {protocol: http}, instances: [{address: 10.6.1.2, port: 80}]}
        - name: api
          instances:
          - {address: 10.6.1.3, port: 21001, metadata: {protocol: grpc}}
          - {address: 10.6.1.4, port: 25002, metadata: {protocol: grpc}}
        """);

    Invocation preview = preview("--registry", "second");

    assertThat(preview.code()).as(preview.err()).isZero();
    assertThat(preview.out().lines().filter(line -> line.startsWith("#")))
        .containsExactlyInAnyOrder(
            "# second infra/cache: protocol: tcp (from: default, as the registry has no protocol"
                + " configured), port: 6379 (from: all instances have it)",
            "# second shop: protocol: http (from: metadata protocol of the service), port: 80"
                + " (from: all instances have it)",
            "# second api: protocol: grpc (from: metadata protocol of most instances), port: 80"
                + " (from: the usual one of grpc, as no port is that of most)");
    assertThat(documents(preview.out())).hasSize(3);
    assertThat(preview.err())
        .contains("second api: repaired: no port is that of most instances", "'port: NUMBER'");
  }

  @Test
  void preview_registryThatCannotBeRead_fails() throws IOException {
    write("b/broken.yaml", "services: [");

    Invocation preview = preview();

    assertThat(preview.code()).isEqualTo(1);
    assertThat(preview.out()).isEmpty();
    assertThat(preview.err())
        .contains("fairlead preview: second: ")
        .containsOnlyOnce("broken.yaml");
  }

  @Test
  void preview_unknownRegistryOrTimeout_isWrongUse() {
    assertThat(preview("--registry", "third").code()).isEqualTo(2);
    assertThat(preview("--registry", "third").err()).contains("one of first, second");
    assertThat(preview("--timeout", "soon").code()).isEqualTo(2);
  }

  @Test
  void explain_showsEachStepWithWhatDecidesIt() {
    Invocation explained = Invocation.at(80, "preview", "-c", config(), "--explain", "first/web");

    assertThat(explained.code()).as(explained.err()).isZero();
    assertThat(explained.out())
        .isEqualTo(
            """
            first/web
            registry    1 instance (1 ready)
                          by registry first
            host        {service}.{namespace}.file -> web.file
                          by host of the registry
            namespace   file
                          by namespace of the registry
            visibility  *
                          by exportTo of the registry
            revisions   all
                          by revisions of the registry, metadata istio.io/rev
            port        80
                          by all instances have it
            protocol    TCP
                          by default, as the registry has no protocol configured
            endpoints   1 instance -> 1 endpoint
                          by resolution STATIC
            repair      10.0.0.1:80: bad key=x -> repaired
                          by the metadata is not a legal Kubernetes label and was left out
                             of the endpoint's labels
            outcome     served as file/web.file
            """);
  }

  private String config() {
    return folder.resolve("fairlead.yaml").toString();
  }

  @Test
  void explain_ofNoneOrSeveral_saysSo_andByHostFindsOne() {
    assertThat(preview("--explain", "nothing").err())
        .contains("--explain: nothing: no such service (expected: REGISTRY/ID");
    assertThat(preview("--explain", "web").code()).isEqualTo(1);
    assertThat(preview("--explain", "web").err()).contains("2 services match", "  second/web");
    Invocation json = preview("--explain", "second/web", "-o", "json");
    assertThat(json.code()).isZero();
    assertThat(json.out()).contains("\"outcome\" : \"shadowed\"", "\"shadowedBy\" : \"first\"");
    assertThat(preview("--explain", "x", "--diff").code()).isEqualTo(2);
  }
}
