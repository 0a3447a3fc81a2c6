package io.fairlead.harness;

import static io.fairlead.harness.TestEntry.endpoint;
import static io.fairlead.harness.TestEntry.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.fairlead.harness.TestEntry.TestEndpoint;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the clusters and endpoints that a proxy gets of one ServiceEntry from real istiods. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class XdsProbeTest {
  private static final String CLUSTER = "outbound|8080||web.service.consul";

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void endpoints_withWeightsAndLocalities(String version) {
    TestEntry entry =
        web(
            "1",
            new TestEndpoint("10.0.0.1", 80, "eu/a/rack1", 3),
            new TestEndpoint("10.0.0.2", 80, "eu/a/rack1", 1),
            new TestEndpoint("10.0.0.3", 81, "eu/b", 5));
    try (TestSource source = new TestSource(entry);
        IstiodServer istiod =
            IstiodServer.builder(version).sources(source.address()).start().awaitSynced();
        XdsProbe probe = XdsProbe.connect(istiod.grpcPort())) {
      assertThat(probe.awaitCluster(CLUSTER).discovery()).isEqualTo(Cluster.DiscoveryType.EDS);
      assertThat(probe.endpoints(CLUSTER))
          .extracting(
              ProxyEndpoint::address,
              ProxyEndpoint::port,
              ProxyEndpoint::weight,
              ProxyEndpoint::locality,
              ProxyEndpoint::localityWeight)
          .containsExactlyInAnyOrder(
              tuple("10.0.0.1", 80, 3, "eu/a/rack1", 4),
              tuple("10.0.0.2", 80, 1, "eu/a/rack1", 4),
              tuple("10.0.0.3", 81, 5, "eu/b", 5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void awaitEndpoints_afterAnEndpointPush(String version) {
    try (TestSource source = new TestSource(web("1", endpoint("10.0.0.1", 80)));
        IstiodServer istiod =
            IstiodServer.builder(version).sources(source.address()).start().awaitSynced();
        XdsProbe probe = XdsProbe.connect(istiod.grpcPort())) {
      assertThat(probe.endpoints(CLUSTER)).extracting(ProxyEndpoint::weight).containsExactly(1);
      istiod.awaitQuiet(Duration.ofMillis(500));
      long clusters = probe.clusterResponses();
      long endpoints = probe.endpointResponses();

      source.serve(web("2", endpoint("10.0.0.2", 80)));
      probe.awaitEndpoints(CLUSTER, found -> found.get(0).address().equals("10.0.0.2"));
      assertThat(probe.endpointResponses()).isEqualTo(endpoints + 1);
      assertThat(probe.clusterResponses()).isEqualTo(clusters);

      source.serve();
      probe.awaitNoCluster(CLUSTER);
      assertThat(probe.clusters()).doesNotContainKey(CLUSTER);
    }
  }
}
