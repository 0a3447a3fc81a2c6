package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ProxyEndpoint;
import io.fairlead.harness.Push;
import io.fairlead.harness.XdsProbe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of real istiods with services whose instances do not agree, do not work or speak UDP. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class OneInstanceTest {
  private static final Duration QUIET = Duration.ofMillis(600);

  private final TempTree tree = TempTree.create();

  /** A service whose instances have host names. */
  private void writeNames(String file, boolean healthy) throws IOException {
    write(
        file,
        """
        services:
        - name: %1$s
          instances:
          - {address: a.%1$s.example.com, port: 8443, healthy: %2$s}
          - {address: b.%1$s.example.com, port: 8443, healthy: %2$s}
        """
            .formatted(file, healthy));
  }

  private void writeDrawn(int firstPort) throws IOException {
    write(
        "dyn",
        """
        services:
        - name: dyn
          metadata: {protocol: http}
          instances:
          - {address: 10.6.0.1, port: %d}
          - {address: 10.6.0.2, port: 25002}
          - {address: 10.6.0.3, port: 30003}
        """
            .formatted(firstPort));
  }

  private void write(String file, String content) throws IOException {
    Path draft = tree.path().resolve("." + file + ".draft");
    Files.writeString(draft, content, StandardCharsets.UTF_8);
    Files.move(draft, tree.path().resolve(file + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void istiod_getsNoEndpointsForNoneAndNoFullPushForOneInstance(String version) throws Exception {
    writeNames("legacy", false);
    writeNames("names", true);
    writeDrawn(21001);
    write(
        "udp",
        """
        services:
        - name: dns
          metadata: {protocol: UDP}
          instances: [{address: 10.3.0.1, port: 53}]
        """);
    try (TempTree folder = tree;
        WatchedGateway gateway = new WatchedGateway("file", "path: " + folder.path());
        IstiodServer istiod =
            IstiodServer.builder(version).sources(gateway.process().source()).start()) {
      istiod.awaitSynced();
      try (XdsProbe probe = XdsProbe.connect(istiod.grpcPort())) {
        // None healthy from the start: no endpoints, and not the service's own host.
        String legacy = "outbound|8443||legacy.mesh";
        assertThat(probe.awaitCluster(legacy).discovery()).isEqualTo(DiscoveryType.EDS);
        assertThat(probe.awaitEndpoints(legacy, List::isEmpty)).isEmpty();

        // The last healthy one goes, and comes back.
        String names = "outbound|8443||names.mesh";
        assertThat(probe.awaitCluster(names).discovery()).isEqualTo(DiscoveryType.STRICT_DNS);
        writeNames("names", false);
        awaitDiscovery(probe, names, DiscoveryType.EDS);
        assertThat(probe.awaitEndpoints(names, List::isEmpty)).isEmpty();
        writeNames("names", true);
        awaitDiscovery(probe, names, DiscoveryType.STRICT_DNS);

        // UDP is nothing that a proxy would carry: it is refused, counted and shown.
        assertThat(probe.clusters().keySet())
            .contains(legacy)
            .noneMatch(name -> name.contains("dns.mesh"));
        assertThat(gateway.process().get("/api/v1/refused").toString())
            .containsIgnoringCase("udp_not_served");

        // One of three gets another port: nothing but endpoints is pushed.
        String drawn = "outbound|80||dyn.mesh";
        probe.awaitCluster(drawn);
        istiod.awaitQuiet(QUIET);
        int mark = istiod.mark();
        writeDrawn(27777);
        probe.awaitEndpoints(
            drawn,
            endpoints -> endpoints.stream().map(ProxyEndpoint::port).toList().contains(27777));
        istiod.awaitPush(mark);
        istiod.awaitQuiet(QUIET);
        assertThat(istiod.pushesSince(mark)).isNotEmpty().noneMatch(Push::isFull);
        assertThat(istiod.refusalsSince(0)).isEmpty();
      }
    }
  }

  private static void awaitDiscovery(XdsProbe probe, String cluster, DiscoveryType type) {
    Awaitility.await(cluster + " by " + type)
        .atMost(WatchedGateway.LIMIT)
        .until(() -> probe.awaitCluster(cluster).discovery() == type);
  }
}
