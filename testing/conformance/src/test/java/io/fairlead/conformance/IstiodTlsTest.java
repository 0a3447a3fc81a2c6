package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ServerProcess;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real istiods at a gateway that speaks TLS only. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2", "envoy"})
final class IstiodTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NEWEST = "1.27.0";
  // That one knows no TLS towards a config source.
  private static final String OLDEST = "1.18.2";
  private static final TestAuthority SERVERS = TestAuthority.create("servers");
  private static final TestAuthority CLIENTS = TestAuthority.create("clients");
  private static final String CONFIGURATION =
      """
      xds:
        tls: {address: "@xds@", certificate: tls.crt, key: tls.key%s}
      admin: {address: "@admin@"}
      registries:
      - {name: files, type: file, path: services, host: "{service}.example", namespace: shop}
      """;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private GatewayProcess gateway(String more) throws IOException {
    GatewayProcess gateway = GatewayProcess.of(CONFIGURATION.formatted(more)).shortLived();
    opened.add(gateway);
    Path folder = gateway.folder();
    Files.createDirectories(folder.resolve("services"));
    Files.writeString(
        folder.resolve("services/web.yaml"),
        "services:\n- name: web\n  instances:\n  - {address: 10.0.0.1, port: 80}\n",
        StandardCharsets.UTF_8);
    SERVERS.leaf("127.0.0.1").write(folder, "tls");
    SERVERS.write(folder.resolve("ca.crt"));
    CLIENTS.write(folder.resolve("clients.crt"));
    CLIENTS.leaf("spiffe://cluster.local/ns/istio-system/sa/istiod").write(folder, "istiod");
    gateway.start().awaitListening().awaitReady();
    return gateway;
  }

  // What the command prints, without the source that needs Kubernetes.
  private static String sources(GatewayProcess gateway) {
    GatewayProcess.Result printed =
        gateway.run("mesh-config", "--config", gateway.config().toString());
    assertThat(printed.exitCode()).as(printed.err()).isZero();
    return printed
        .out()
        .lines()
        .filter(line -> !line.contains("k8s://"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private IstiodServer istiod(String version, String sources) {
    IstiodServer istiod = IstiodServer.builder(version).configSources(sources).start();
    opened.add(istiod);
    return istiod;
  }

  private static void assertEnds(IstiodServer istiod, String reason) {
    istiod.process().awaitLine(reason, LIMIT);
    assertThat(istiod.process().await(LIMIT)).as("istiod ends").isTrue();
    assertThat(istiod.process().exitCode()).isNotZero();
  }

  private static void awaitDenied(GatewayProcess gateway, String reason) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(gateway.get("/api/v1/denied").path("items").findValuesAsText("reason"))
                    .contains(reason));
  }

  private static void assertHolds(IstiodServer istiod) {
    istiod.awaitSynced();
    assertThat(istiod.serviceEntries()).hasSize(1);
  }

  @Test
  void simple_withTheAuthority_getsItsEntriesAndASwapPushesNothing() throws IOException {
    GatewayProcess gateway = gateway("");
    IstiodServer istiod = istiod(NEWEST, sources(gateway));
    assertHolds(istiod);
    String stream = gateway.get("/api/v1/clients").path("items").path(0).path("id").asText();
    int mark = istiod.awaitQuiet(Duration.ofMillis(600));

    TestAuthority next = TestAuthority.create("next");
    next.write(gateway.folder().resolve("next.crt"));
    next.leaf("127.0.0.1").write(gateway.folder(), "tls");
    gateway.process().awaitLine("is in force for new connections", LIMIT);

    GatewayProcess.Result seen =
        gateway.run(
            "watch",
            gateway.xdsAddress(),
            "--once",
            "--ca",
            gateway.folder().resolve("next.crt").toString());
    assertThat(seen.exitCode()).as(seen.err()).isZero();
    assertThat(istiod.pushesSince(mark)).isEmpty();
    assertThat(gateway.get("/api/v1/clients").path("items").findValuesAsText("id"))
        .contains(stream);
    assertThat(
            gateway
                .metrics()
                .sum("fairlead_tls_reloads_total", "listener", "xds", "outcome", "applied"))
        .isEqualTo(1);
  }

  @Test
  void simple_withAnotherAuthority_isRefused() throws IOException {
    GatewayProcess gateway = gateway("");
    CLIENTS.write(gateway.folder().resolve("ca.crt"));
    String wrong =
        "configSources:\n- address: "
            + gateway.source()
            + "\n  tlsSettings:\n    mode: SIMPLE\n    caCertificates: |\n"
            + CLIENTS.pem().indent(6);

    assertEnds(istiod(NEWEST, wrong), "certificate signed by unknown authority");

    awaitDenied(gateway, "refused_by_client");
  }

  /** A stock istiod has no certificate to show, and takes any other mode for plaintext. */
  @Test
  void mutual_ofIstiodItself_speaksPlaintextAndIsRefused() throws IOException {
    GatewayProcess gateway = gateway("");
    String mutual =
        "configSources:\n- address: "
            + gateway.source()
            + "\n  tlsSettings: {mode: MUTUAL, caCertificates: a, clientCertificate: b,"
            + " privateKey: c}\n";

    assertEnds(istiod(NEWEST, mutual), "MCP: failed running");

    awaitDenied(gateway, "plaintext");
  }

  @Test
  void mutual_throughAProxyBesideIstiod_getsItsEntries() throws IOException {
    GatewayProcess gateway = gateway(", clientCa: clients.crt, clientAuth: require");
    assertEnds(istiod(NEWEST, sources(gateway)), "MCP: failed running");
    awaitDenied(gateway, "no_certificate");

    int port = FreePorts.next();
    Path proxy = gateway.folder().resolve("proxy.yaml");
    Files.writeString(
        proxy,
        proxy()
            .replace("port_value: 15020", "port_value: " + port)
            .replace("address: fairlead.istio-system.svc", "address: 127.0.0.1")
            .replace("port_value: 15012", "port_value: " + gateway.xdsAddress().split(":")[1])
            .replace("/etc/fairlead-client/ca.crt", gateway.folder().resolve("ca.crt").toString())
            .replace(
                "/etc/fairlead-client/tls.crt", gateway.folder().resolve("istiod.crt").toString())
            .replace(
                "/etc/fairlead-client/tls.key", gateway.folder().resolve("istiod.key").toString())
            .replace("exact: fairlead.istio-system.svc", "exact: 127.0.0.1")
            .replace("san_type: DNS", "san_type: IP_ADDRESS")
            .replace("type: STRICT_DNS", "type: STATIC")
            .replace("        sni: fairlead.istio-system.svc\n", ""),
        StandardCharsets.UTF_8);
    ServerProcess envoy =
        ServerProcess.start(
            "envoy",
            gateway.folder(),
            Map.of(),
            List.of(
                Binaries.require("envoy").toString(),
                "-c",
                proxy.toString(),
                "--concurrency",
                "1",
                "--disable-hot-restart"));
    opened.add(envoy);
    await().atMost(LIMIT).until(() -> isOpen(port));

    String beside = "configSources:\n- address: xds://127.0.0.1:" + port + "\n";
    assertHolds(istiod(NEWEST, beside));
    assertHolds(istiod(OLDEST, beside));
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  // The one in the documents.
  private static String proxy() throws IOException {
    return Files.readString(
        Binaries.root().resolve("examples/istiod-proxy/envoy.yaml"), StandardCharsets.UTF_8);
  }
}
