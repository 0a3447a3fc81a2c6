package io.fairlead.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the manifests that the chart makes of each set of values, without a cluster. */
@NeedsServer({"helm", "kubeconform", "kubernetes-api"})
class ChartTemplatesTest {
  private static final boolean WRITE = "write".equals(System.getProperty("fairlead.golden"));
  private static final Helm HELM = Helm.offline();

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set by JUnit.
  static Path folder;

  @SuppressWarnings("NullAway.Init") // Set before all tests.
  private static String schemas;

  @BeforeAll
  static void writeSchemas() throws IOException {
    schemas = KubernetesSchemas.write(folder.resolve("schemas"));
  }

  static List<String> valueSets() {
    return ValueSets.names();
  }

  @Test
  void valueSets_areTen() {
    assertThat(valueSets()).hasSizeGreaterThanOrEqualTo(10);
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void lint_findsNothing(String set) {
    Command lint =
        HELM.run("lint", "--strict", Helm.CHART.toString(), "-f", "" + ValueSets.file(set));

    assertThat(lint.exitCode()).as("%s", lint).isZero();
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void template_isTheGoldenOne(String set) throws IOException {
    String rendered = withoutFiles(HELM.template(ValueSets.file(set)).done());
    if (WRITE) {
      Files.writeString(ValueSets.golden(set), rendered);
    }

    assertThat(rendered)
        .as("rewritten by -Dfairlead.golden=write, to be looked at")
        .isEqualTo(Files.readString(ValueSets.golden(set)));
  }

  // The alert rules and the dashboard have tests of their own.
  private static String withoutFiles(String rendered) {
    return rendered
        .replaceAll("(?ms)^spec:\\n  groups:.*?(?=^---$)", "")
        .replaceAll("(?ms)^  fairlead.json: \\|.*?(?=^---$)", "");
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void template_isValidForKubernetes(String set) {
    String rendered = HELM.template(ValueSets.file(set)).done();

    assertThat(conform(rendered)).returns(0, Command::exitCode);
  }

  @Test
  void kubeconform_findsAMisspeltField() {
    String rendered = HELM.template(ValueSets.file("minimal")).done();

    assertThat(conform(rendered.replace("targetPort: admin", "targetPrt: admin")))
        .returns(1, Command::exitCode)
        .extracting(Command::out)
        .asString()
        .contains("targetPrt");
  }

  private static Command conform(String rendered) {
    return KubernetesSchemas.conform(schemas, rendered);
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void configuration_isAcceptedByTheGateway(String set) throws IOException {
    Manifests manifests = Manifests.parse(HELM.template(ValueSets.file(set)).done());
    Path config = mounted(set, manifests);

    Command check = Command.fairlead("check", "--config", config.toString());

    assertThat(check.exitCode()).as("%s", check).isZero();
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void notes_haveTheMeshConfigurationOfTheGateway(String set) throws IOException {
    Manifests manifests = Manifests.parse(HELM.template(ValueSets.file(set)).done());
    Path config = mounted(set, manifests);
    JsonNode service = manifests.get("Service", "mesh-fairlead");
    String namespace = service.at("/metadata/namespace").asText("gateways");
    String host = "mesh-fairlead." + namespace + ".svc";

    List<String> command =
        new ArrayList<>(List.of("mesh-config", "--config", config.toString(), "--host", host));
    if (manifests.configuration().contains("/etc/fairlead/tls")) {
      // What is in the Secret is not known when the notes are made.
      command.addAll(List.of("--credential-name", "mesh-fairlead-ca"));
    }
    String meshConfig = Command.fairlead(command.toArray(String[]::new)).done();

    assertThat(notes(set)).contains(meshConfig.indent(5));
  }

  // What an operator reads: without a cluster, an installation can only be tried in the client.
  private static String notes(String set) {
    return HELM.run(
            "install",
            "mesh",
            Helm.CHART.toString(),
            "-n",
            "gateways",
            "--dry-run=client",
            "-f",
            ValueSets.file(set).toString())
        .done();
  }

  // The files that a Pod mounts, at a place of the test's own.
  private static Path mounted(String set, Manifests manifests) throws IOException {
    String configuration = manifests.configuration();
    Path root = Files.createDirectories(folder.resolve("mounted").resolve(set));
    Files.createDirectories(root.resolve("etc/services"));
    for (String secret :
        List.of("admin/token", "consul/token", "nacos/username", "nacos/password")) {
      Path file = root.resolve("etc/secrets").resolve(secret);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "secret\n");
    }
    if (configuration.contains("/etc/fairlead/documents/")) {
      writeDocuments(root.resolve("etc/documents"), manifests);
    }
    if (configuration.contains("/etc/fairlead/tls")) {
      writeCertificate(Files.createDirectories(root.resolve("etc/tls")));
    }
    String own =
        configuration
            .replace("/etc/fairlead", root.resolve("etc").toString())
            .replace("/var/lib/fairlead", root.resolve("lib").toString());
    return Files.writeString(root.resolve("fairlead.yaml"), own);
  }

  private static void writeDocuments(Path folder, Manifests manifests) throws IOException {
    Files.createDirectories(folder.resolve("git/current"));
    Files.createDirectories(folder.resolve("shop"));
    Path made = Files.createDirectories(folder.resolve("mesh"));
    Files.writeString(
        made.resolve("orders.yaml"),
        manifests
            .get("ConfigMap", "mesh-fairlead-documents-mesh")
            .at("/data/orders.yaml")
            .asText());
  }

  private static void writeCertificate(Path secret) throws IOException {
    Path certificate = secret.resolve("tls.crt");
    Command.run(
            Map.of(),
            "",
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-subj",
                "/CN=fairlead",
                "-addext",
                "subjectAltName=DNS:mesh-fairlead.gateways.svc",
                "-days",
                "30",
                "-keyout",
                secret.resolve("tls.key").toString(),
                "-out",
                certificate.toString()))
        .done();
    Files.copy(certificate, secret.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void documentsThatNoSourceReads_areRefused(@TempDir Path values) throws IOException {
    Path file =
        Files.writeString(values.resolve("values.yaml"), "documents: {lost: {configMap: x}}");

    Command template = HELM.template(ValueSets.file("documents"), "-f", file.toString());

    assertThat(template.exitCode()).isNotZero();
    assertThat(template.err())
        .contains(
            "documents.lost: no config source reads it (expected: in config.configs one with type:"
                + " file, path: /etc/fairlead/documents/lost)");
  }

  @Test
  void adminPortThatAsksProbesForACertificate_isRefused(@TempDir Path values) throws IOException {
    Path file =
        Files.writeString(
            values.resolve("values.yaml"),
            "config: {admin: {tls: {certificate: c.crt, key: c.key, clientCa: ca.crt}}}");

    Command template = HELM.template(ValueSets.file("minimal"), "-f", file.toString());

    assertThat(template.exitCode()).isNotZero();
    assertThat(template.err()).contains("config.admin.tls.clientCa: probes show no certificate");
  }
}
