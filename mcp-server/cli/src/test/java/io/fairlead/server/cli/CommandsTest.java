package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.TestAuthority;
import io.fairlead.server.config.AdapterTypes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private final Path folder;

  CommandsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private String file(String text) throws IOException {
    Files.createDirectories(folder.resolve("services"));
    return Files.writeString(folder.resolve("fairlead.yaml"), text, StandardCharsets.UTF_8)
        .toString();
  }

  private String valid(String address) throws IOException {
    return file(
        """
        xds: {address: "%s"}
        registries:
        - {name: files, type: file, path: services}
        """
            .formatted(address));
  }

  @Test
  void version_isThatOfTheBuild() {
    Invocation version = Invocation.of("version");

    assertThat(version.code()).isZero();
    assertThat(version.out()).matches("fairlead [0-9]+\\.[0-9]+\\.[0-9]+\\S*\\R");
    assertThat(version.err()).isEmpty();
  }

  @Test
  void noCommand_isWrongUse() {
    Invocation none = Invocation.of();

    assertThat(none.code()).isEqualTo(2);
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).contains("no command").contains("mesh-config");
  }

  @Test
  void unknownOption_isWrongUse() {
    Invocation wrong = Invocation.of("check", "--config", "x", "--confg", "y");

    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains("--confg");
  }

  @Test
  void check_valid() throws IOException {
    String file = valid("127.0.0.1:15010");

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isZero();
    assertThat(check.out()).isEqualToIgnoringNewLines(file + ": valid (files: file)");
    assertThat(check.err()).isEmpty();
  }

  @Test
  void check_invalid_listsEveryProblem() throws IOException {
    String file =
        file(
            """
            xds: {address: 127.0.0.1}
            registries:
            - {name: files, type: fiel, path: services}
            """);

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out().lines())
        .containsExactly(
            file
                + ":1:16: xds.address: 127.0.0.1 (expected: host:port, such as 127.0.0.1:15010 or"
                + " [::1]:15010)",
            file
                + ":3:23: registries[0].type: fiel (expected: one of "
                + String.join(", ", AdapterTypes.installed().names())
                + ")",
            "2 problems");
  }

  @Test
  void check_documentsOfConfigSources_areLookedAtToo() throws IOException {
    String file =
        file(
            """
            xds: {address: "127.0.0.1:15010"}
            registries:
            - {name: files, type: file, path: services}
            configs:
            - {name: mesh, type: file, path: mesh}
            """);
    Path mesh = Files.createDirectories(folder.resolve("mesh")).resolve("web.yaml");
    String route =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web}
        spec:
          hosts: [web.shop]
          http: [{timeout: 1h30m, route: [{destination: {host: web.shop}}]}]
        """;
    Files.writeString(mesh, route);
    Invocation valid = Invocation.of("check", "--config", file);
    assertThat(valid.code()).as(valid.out()).isZero();
    assertThat(valid.out()).contains("valid, 2 warnings (files: file, configs/mesh: file)");

    Files.writeString(mesh, route.replace("timeout: 1h30m", "timeout: soon"));
    Invocation broken = Invocation.of("check", "--config", file);
    assertThat(broken.code()).isEqualTo(2);
    assertThat(broken.out())
        .contains(
            file + ":5:3: configs[0]: " + mesh + ":6:20: spec.http[0].timeout: soon (expected: ");
  }

  @Test
  void check_secretsThatAreNotThere_areProblems() throws IOException {
    Files.writeString(folder.resolve("two-lines"), "s3cret\nsecond\n");
    Files.writeString(folder.resolve("empty"), "\n");
    String file =
        file(
            """
            xds: {address: 127.0.0.1:15010}
            admin: {address: 0.0.0.0:15014, token: {file: nowhere}}
            registries:
            - {name: c, type: consul, token: {env: FAIRLEAD_NO_SUCH_VARIABLE}}
            - {name: d, type: consul, token: {file: two-lines}}
            - {name: n, type: nacos, addresses: [h:1], username: {file: empty}, password: {env: PATH}}
            """);

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).doesNotContain("s3cret", "second");
    assertThat(check.out().lines().map(line -> line.replace(folder.toString(), "")))
        .containsExactly(
            "/fairlead.yaml:2:40: admin.token: secret file /nowhere: no such file (expected: a file"
                + " with the secret)",
            "/fairlead.yaml:4:34: registries[0].token: environment variable"
                + " FAIRLEAD_NO_SUCH_VARIABLE: not set (expected: the secret)",
            "/fairlead.yaml:5:34: registries[1].token: secret file /two-lines: more than one line"
                + " (expected: one line with the secret)",
            "/fairlead.yaml:6:54: registries[2].username: secret file /empty: empty (expected: the"
                + " secret)",
            "4 problems");
  }

  @Test
  void check_addressWithAPassword_isShownMasked() throws IOException {
    String file =
        file(
            """
            xds: {address: 127.0.0.1:15010}
            registries:
            - {name: c, type: consul, addresses: ["http://me:s3cret@h:8500"]}
            - {name: n, type: nacos, addresses: ["me:s3cret@h:8848"]}
            """);

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).doesNotContain("s3cret").contains("http://***@h:8500", "***@h:8848");
  }

  @Test
  void check_noSuchFile() {
    Invocation check = Invocation.of("check", "--config", "/no/such/file.yaml");

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).startsWith("/no/such/file.yaml:1:1: no such file");
  }

  @Test
  void check_servicesFiles_showsWhatIsWrongAndWhere() throws IOException {
    String file = valid("127.0.0.1:15010");
    Files.writeString(folder.resolve("services/a.yaml"), "services:\n- name: web\n  ports: []\n");
    Files.writeString(
        folder.resolve("services/b.yaml"), "services:\n- {name: shop, instances: []}\n");
    Files.writeString(
        folder.resolve("services/c.yaml"), "services:\n- {name: shop, instances: []}\n");

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out().lines().map(line -> line.replace(folder.toString(), "")))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("/fairlead.yaml:3:3: registries[0]: /services/a.yaml:3:3: ")
                    .contains("services[0].ports: unknown key (expected: "),
            line ->
                assertThat(line)
                    .startsWith("/fairlead.yaml:3:3: registries[0]: /services/c.yaml:2:3: ")
                    .contains("service shop: also at ", "/services/b.yaml:2:3"),
            line -> assertThat(line).isEqualTo("2 problems"));
  }

  @Test
  void check_storeBelowAFile_isAProblem() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    String file =
        file(
            """
            xds: {address: 127.0.0.1:15010}
            store: {path: file/data/fairlead.db}
            registries:
            - {name: files, type: file, path: services}
            """);

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).contains(":2:15: store.path: ", "is a file (expected: a folder)");
  }

  @Test
  void check_adminThatNobodyMayUse_isAWarning() throws IOException {
    String file =
        file(
            """
            xds: {address: 127.0.0.1:15010}
            admin: {address: 0.0.0.0:15014}
            registries:
            - {name: files, type: file, path: services}
            """);

    Invocation check = Invocation.of("check", "--config", file);

    assertThat(check.code()).isZero();
    assertThat(check.out().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("warning: " + file + ":2:8: admin.token: none, so that"),
            line -> assertThat(line).isEqualTo(file + ": valid, 1 warning (files: file)"));
  }

  @Test
  void noConfig_andNoneInThisFolder_saysWhatWasLookedFor() {
    for (String command : List.of("serve", "check", "preview", "mesh-config")) {
      Invocation none = Invocation.of(command);

      assertThat(none.code()).isEqualTo(2);
      assertThat(none.out()).isEmpty();
      assertThat(none.err())
          .startsWith(
              "fairlead "
                  + command
                  + ": no configuration file: "
                  + Path.of("fairlead.yaml").toAbsolutePath()
                  + " does not exist (expected: --config FILE, or that file)");
    }
  }

  @Test
  void meshConfig_ofOneAddress() throws IOException {
    Invocation mesh = Invocation.of("mesh-config", "--config", valid("10.1.2.3:15010"));

    assertThat(mesh.code()).isZero();
    assertThat(mesh.err()).isEmpty();
    assertThat(mesh.out())
        .isEqualTo(
            """
            configSources:
            - address: k8s://
            - address: xds://10.1.2.3:15010
            """);
  }

  @Test
  void meshConfig_withShards_hasEachOfThemAndNotTheWholeSource() throws IOException {
    String file =
        file(
            """
            xds: {address: 10.1.2.3:15010, shards: {count: 3, firstPort: 15100}}
            registries:
            - {name: files, type: file, path: services}
            """);

    Invocation mesh = Invocation.of("mesh-config", "--config", file);

    assertThat(mesh.code()).isZero();
    assertThat(mesh.out())
        .isEqualTo(
            """
            configSources:
            - address: k8s://
            - address: xds://10.1.2.3:15100
            - address: xds://10.1.2.3:15101
            - address: xds://10.1.2.3:15102
            """);
  }

  @Test
  void meshConfig_ofEveryAddress_hintsAtTheHost() throws IOException {
    Invocation mesh = Invocation.of("mesh-config", "--config", valid("0.0.0.0:15010"));

    assertThat(mesh.code()).isZero();
    assertThat(mesh.err()).contains("--host HOST");
    assertThat(mesh.out()).doesNotContain("0.0.0.0").contains(":15010");
  }

  private String secure(TestAuthority signer, String more) throws IOException {
    TestAuthority.Leaf leaf = signer.leaf("gw.mesh");
    leaf.write(folder, "tls");
    return file(
        """
        xds:
          address: 127.0.0.1:15010
          tls: {address: "0.0.0.0:15012", certificate: tls.crt, key: tls.key%s}
        registries:
        - {name: files, type: file, path: services}
        """
            .formatted(more));
  }

  @Test
  void meshConfig_withTls_hasTheAuthorityBesideTheCertificate() throws IOException {
    TestAuthority authority = TestAuthority.create("servers");
    String file = secure(authority, "");
    authority.write(folder.resolve("ca.crt"));

    Invocation mesh = Invocation.of("mesh-config", "--config", file, "--host", "gw.mesh");

    assertThat(mesh.err()).isEmpty();
    assertThat(mesh.out())
        .isEqualTo(
            "configSources:\n"
                + "- address: k8s://\n"
                + "- address: xds://gw.mesh:15012\n"
                + "  tlsSettings:\n"
                + "    mode: SIMPLE\n"
                + "    caCertificates: |\n"
                + authority.pem().indent(6));
    assertThat(
            Invocation.of(
                    "mesh-config", "--config", file, "--host", "gw.mesh", "--credential-name", "c")
                .out())
        .endsWith("    mode: SIMPLE\n    credentialName: c\n");
    assertThat(
            Invocation.of("mesh-config", "--config", file, "--host", "gw.mesh", "--plaintext")
                .out())
        .endsWith("- address: xds://gw.mesh:15010\n");
    Invocation other = Invocation.of("mesh-config", "--config", file, "--host", "elsewhere");
    assertThat(other.out()).contains("    sni: gw.mesh\n");
    assertThat(other.err()).contains("told by sni to expect gw.mesh");
  }

  @Test
  void meshConfig_withAnotherAuthority_isRefused() throws IOException {
    String file = secure(TestAuthority.create("servers"), ", clientCa: tls.crt");
    TestAuthority.create("others").write(folder.resolve("others.crt"));

    Invocation mesh =
        Invocation.of(
            "mesh-config",
            "--config",
            file,
            "--host",
            "gw.mesh",
            "--ca",
            folder.resolve("others.crt").toString());

    assertThat(mesh.code()).isEqualTo(1);
    assertThat(mesh.err()).contains("--ca: ", "has not signed the certificate in ");
    assertThat(
            Invocation.of(
                    "mesh-config", "--config", file, "--host", "gw.mesh", "--credential-name", "c")
                .err())
        .contains("a stock istiod has none to show");
  }

  @Test
  void check_certificates_areReadAndHaveToBelongTogether() throws IOException {
    TestAuthority authority = TestAuthority.create("servers");
    String file = secure(authority, "");
    assertThat(Invocation.of("check", "--config", file).code()).isZero();

    Files.writeString(folder.resolve("tls.key"), authority.leaf("gw.mesh").keyPem());
    assertProblem(file, "xds.tls.key: ", "does not belong to the certificate");

    secure(authority, ", clientCa: nowhere.crt");
    assertProblem(file, "xds.tls.clientCa: ", "nowhere.crt");

    secure(authority, "");
    Instant now = Instant.now();
    authority.leaf(now.minusSeconds(7200), now.minusSeconds(3600), "gw.mesh").write(folder, "tls");
    assertProblem(file, "xds.tls.certificate: ", "expired");
  }

  private static void assertProblem(String file, String... texts) {
    Invocation check = Invocation.of("check", "--config", file);
    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).contains(texts).endsWith("1 problem\n");
  }

  @Test
  void meshConfig_withHost() throws IOException {
    Invocation mesh =
        Invocation.of("mesh-config", "--config", valid("[::]:15010"), "--host", "fairlead.mesh");

    assertThat(mesh.err()).isEmpty();
    assertThat(mesh.out()).contains("- address: xds://fairlead.mesh:15010\n");
  }

  @Test
  void meshConfig_invalidConfiguration() throws IOException {
    Invocation mesh = Invocation.of("mesh-config", "--config", file("{}"));

    assertThat(mesh.code()).isEqualTo(2);
    assertThat(mesh.out()).isEmpty();
    assertThat(mesh.err()).contains("xds.address: missing");
  }

  @Test
  void schema_hasEveryInstalledType() {
    Invocation schema = Invocation.of("schema");

    assertThat(schema.code()).isZero();
    assertThat(schema.out())
        .contains("https://json-schema.org/draft/2020-12/schema")
        .contains("#/$defs/registry-file");
  }

  @Test
  void help_ofEachCommand_fitsATerminalAndHasAnExample() {
    List<String> commands = List.copyOf(Main.commands(Terminal.NONE).getSubcommands().keySet());

    assertThat(commands).contains("get", "doctor", "watch");
    for (String command : commands) {
      Invocation help = Invocation.of(command, "--help");

      assertThat(help.code()).as(command).isZero();
      assertThat(help.out()).as(command).containsPattern("Examples?:\n  .*fairlead " + command);
      assertThat(help.out().lines())
          .as(command)
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
    assertThat(Invocation.of("--help").out().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void progress_onATerminal_isALineThatIsWipedAtTheEnd() {
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(20, false, true);
    try (Progress progress =
        Progress.of(terminal, new PrintWriter(err), () -> "reading a registry: 5 s")) {
      progress.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> !err.toString().isEmpty());
    }
    assertThat(err.toString()).startsWith("\r\u001b[Kreading a registry…").endsWith("\r\u001b[K");
  }

  @Test
  void progress_elsewhere_isNothing() {
    StringWriter err = new StringWriter();
    try (Progress progress = Progress.of(Terminal.NONE, new PrintWriter(err), () -> "x")) {
      progress.start();
    }
    assertThat(err.toString()).isEmpty();
  }
}
