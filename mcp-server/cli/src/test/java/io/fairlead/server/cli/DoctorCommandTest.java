package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest extends AdminFixture {
  private final Path folder;
  private final int xds = FreePorts.next();
  private String more = ", shards: {count: 2, firstPort: 17001}";

  DoctorCommandTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("services"));
  }

  private String config(String registry) throws IOException {
    return write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:%d"%s}
        admin: {address: "127.0.0.1:%d"}
        registries:
        - {name: one, %s}
        """
            .formatted(xds, more, FreePorts.next(), registry));
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8).toString();
  }

  private static JsonNode tree(Invocation doctor) throws IOException {
    return JsonMapper.builder().build().readTree(doctor.out());
  }

  private List<String> kinds(Invocation doctor) throws IOException {
    return tree(doctor).path("problems").findValuesAsText("kind");
  }

  private Invocation down(String... more) {
    String[] all = new String[more.length + 3];
    all[0] = "doctor";
    all[1] = "--admin";
    all[2] = "127.0.0.1:" + FreePorts.next();
    System.arraycopy(more, 0, all, 3, more.length);
    return Invocation.of(all);
  }

  @Test
  void doctor_ofAGateway_listsItsProblemsAndFitsTheTerminal() {
    Invocation doctor = Invocation.at(80, "doctor", "--admin", url);

    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.out()).startsWith("CRITICAL  removals_held  odd  since ");
    assertThat(doctor.out())
        .contains(
            "WARNING  transaction_open  t1  since ",
            "  $ fairlead release t1\n",
            "ok  gateway: answers; registries: 2",
            "--  configuration, store, disk, clocks: --config FILE");
    assertThat(doctor.out()).containsPattern("\n[0-9]+ critical, [0-9]+ to look at\\.\n$");
    assertThat(doctor.out().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void doctor_json_hasTheProblemsOfTheApi() throws IOException {
    JsonNode tree = tree(Invocation.of("doctor", "--admin", url, "-o", "json"));

    assertThat(tree.fieldNames()).toIterable().containsExactly("problems", "sound", "unseen");
    assertThat(tree.path("problems").path(0).fieldNames())
        .toIterable()
        .containsExactly("severity", "kind", "subject", "message", "advice", "command", "since");
  }

  @Test
  void doctor_noGateway_saysSoFirst() throws IOException {
    assertThat(kinds(down("-o", "json"))).containsExactly("gateway_down");
    assertThat(down().out()).startsWith("CRITICAL  gateway_down  gateway\n  No gateway answers");
  }

  @Test
  void doctor_noGateway_looksAtConfigurationPortsStoreAndRegistries() throws IOException {
    JsonNode tree = tree(down("--config", config("type: file, path: services"), "-o", "json"));

    assertThat(tree.path("problems").findValuesAsText("kind")).containsExactly("gateway_down");
    assertThat(tree.path("sound").toString())
        .contains("valid", "ports: all 4 are free", "none yet", "registry one: read, services: 0");
  }

  @Test
  void doctor_registryThatCannotBeRead_namesIt() throws IOException {
    Invocation doctor = down("--config", config("type: file, path: nowhere"), "-o", "json");

    assertThat(kinds(doctor)).contains("gateway_down", "registry_failing");
    assertThat(tree(doctor).path("problems").path(1 + 1).path("message").asText())
        .contains("nowhere: does not exist");
  }

  @Test
  void doctor_portInUse_saysWhich() throws IOException {
    String config = config("type: file, path: services");
    try (ServerSocket other = new ServerSocket()) {
      other.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), xds));
      Invocation doctor = down("--config", config, "-o", "json");

      assertThat(kinds(doctor)).containsExactly("gateway_down", "port");
      assertThat(tree(doctor).path("problems").path(1).path("subject").asText())
          .isEqualTo("127.0.0.1:" + xds);
    }
  }

  @Test
  void doctor_damagedStore_isAWarning() throws IOException {
    String config = config("type: file, path: services");
    Files.createDirectories(folder.resolve("data"));
    write("data/fairlead.db", "no database ".repeat(100));

    assertThat(kinds(down("--config", config, "-o", "json")))
        .containsExactly("gateway_down", "store");
  }

  @Test
  void doctor_invalidConfiguration_isCritical() throws IOException {
    assertThat(kinds(down("--config", config("type: fiel"), "-o", "json")))
        .contains("gateway_down", "configuration");
  }

  private JsonNode mesh(String text) throws IOException {
    return tree(down(
            "--config",
            config("type: file, path: services"),
            "--mesh-config",
            write("mesh.yaml", text),
            "-o",
            "json"))
        .path("problems");
  }

  @Test
  void doctor_meshConfig_rightOne() throws IOException {
    String sources =
        """
        configSources:
        - address: k8s://
        - address: xds://localhost:17001
        - address: xds://localhost:17002
        """;
    assertThat(mesh(sources).findValuesAsText("kind")).containsExactly("gateway_down");
    // As people have it: a ConfigMap.
    assertThat(
            mesh("kind: ConfigMap\ndata:\n  mesh: |\n" + sources.indent(4))
                .findValuesAsText("kind"))
        .containsExactly("gateway_down");
  }

  @Test
  void doctor_meshConfig_whatIsWrongWithIt() throws IOException {
    assertThat(
            mesh(
                "configSources:\n- address: xds://localhost:17001\n- address: xds://localhost:"
                    + xds
                    + "\n"))
        .extracting(problem -> problem.path("message").asText())
        .satisfiesExactly(
            down -> assertThat(down).contains("No gateway answers"),
            kubernetes -> assertThat(kubernetes).contains("has no k8s://"),
            missing -> assertThat(missing).contains("Of the gateway's 2 sources", "port 17002"),
            whole -> assertThat(whole).contains("it gets each service twice"));
    assertThat(mesh("accessLogFile: /dev/stdout\n").findValuesAsText("message"))
        .last()
        .asString()
        .contains("does not ask this gateway");
    assertThat(
            mesh("""
            configSources:
            - address: k8s://
            - {address: "xds://localhost:17001", tlsSettings: {mode: SIMPLE}}
            - {address: "xds://localhost:17002"}
            - {address: "xds://other:17002"}
            """)
                .findValuesAsText("message"))
        .anySatisfy(text -> assertThat(text).contains("speaks plaintext there", "port 17001"))
        .anySatisfy(text -> assertThat(text).contains("Several sources have the port 17002"));
    assertThat(mesh("- no\n- mesh\n").findValuesAsText("message"))
        .last()
        .isEqualTo("It is no mesh configuration.");
  }

  @Test
  void doctor_meshConfig_addressesThatTheGatewayDoesNotServe() throws IOException {
    assertThat(
            mesh("""
            configSources:
            - address: k8s://
            - {address: "xds://gw:17001"}
            - {address: "xds://gw:17002"}
            - {address: "xds://gw:17003"}
            - {address: "xds://elsewhere:17004"}
            """)
                .findValuesAsText("message"))
        .anySatisfy(text -> assertThat(text).contains("does not serve istiods at: port 17003."))
        .anySatisfy(
            text -> assertThat(text).contains("only its own machine reaches", "asks for gw"))
        .noneSatisfy(text -> assertThat(text).contains("17004"));
    assertThat(
            mesh("""
            configSources:
            - address: k8s://
            - {address: "xds://gw-0:17001"}
            - {address: "xds://gw-1:17002"}
            """)
                .findValuesAsText("message"))
        .anySatisfy(text -> assertThat(text).contains("at several hosts: gw-0, gw-1"));
  }

  private List<String> secure(String settings) throws IOException {
    return mesh("configSources:\n- address: k8s://\n- address: xds://localhost:"
            + xds
            + "\n  tlsSettings: "
            + settings
            + "\n")
        .findValuesAsText("message");
  }

  @Test
  void doctor_meshConfig_tlsThatTheIstiodDoesNotGetThrough() throws IOException {
    TestAuthority authority = TestAuthority.create("servers");
    authority.leaf("localhost").write(folder, "tls");
    more = ", tls: {certificate: tls.crt, key: tls.key}";

    assertThat(secure("{mode: SIMPLE, caCertificates: " + quoted(authority) + "}"))
        .singleElement()
        .asString()
        .contains("No gateway answers");
    assertThat(secure("{mode: SIMPLE, credentialName: fairlead}")).hasSize(1);
    assertThat(secure("{mode: MUTUAL}"))
        .last()
        .asString()
        .contains("istiod speaks plaintext in every mode but SIMPLE");
    assertThat(
            secure(
                "{mode: SIMPLE, caCertificates: "
                    + quoted(TestAuthority.create("others"))
                    + ", sni: gw}"))
        .anySatisfy(text -> assertThat(text).contains("is for localhost, and not", "expects, gw"))
        .anySatisfy(text -> assertThat(text).contains("trusts another authority"));
  }

  private static String quoted(TestAuthority authority) {
    return '"' + authority.pem().replace("\n", "\\n") + '"';
  }

  @Test
  void clock_thatIsOff_isAProblem() throws Exception {
    Diagnosis diagnosis = new Diagnosis();
    try (ServerSocket server =
        Answering.start(
            "HTTP/1.1 404 Not Found\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                + "content-length: 0\r\n\r\n")) {
      new ClockCheck(diagnosis)
          .compare("registry one", URI.create("http://127.0.0.1:" + server.getLocalPort()));
    }

    assertThat(diagnosis.tree().path("problems").path(0).path("kind").asText()).isEqualTo("clock");
    assertThat(diagnosis.tree().path("problems").path(0).path("message").asText())
        .contains("this machine's");
  }
}
