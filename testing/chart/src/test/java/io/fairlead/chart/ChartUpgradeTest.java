package io.fairlead.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests of what a real istiod notices of a release that is upgraded, changed, taken back and
 * removed.
 */
@NeedsServer({
  Cluster.ETCD,
  Cluster.API_SERVER,
  Cluster.CONTROLLERS,
  Cluster.KUBECTL,
  "helm",
  "istiod-1.27.0"
})
class ChartUpgradeTest {
  @RegisterExtension static final ClusterExtension CLUSTER = new ClusterExtension();

  private static final Path RELEASES =
      Binaries.root().resolve("testing/chart/src/test/resources/releases");
  private static final String MOVED = "--set=services.shop\\.yaml=" + shop("10.0.0.9");

  private static final String LONGER = "--set=documents.mesh.files.reviews\\.yaml=" + route("7s");

  private static String route(String timeout) {
    return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews\\,"
        + " namespace: file}\nspec: {hosts: [reviews.file]\\, http: [{route: [{destination: {host:"
        + " reviews.file}}]\\, timeout: "
        + timeout
        + "}]}";
  }

  // The services file, on one line: of two services the endpoint of one moves.
  private static String shop(String address) {
    return "services: [{name: reviews\\, instances: [{address: "
        + address
        + "\\, port: 9080}]}\\, {name: ratings\\, instances: [{address: 10.0.0.2\\, port: 9080}]}]";
  }

  @Test
  void upgradeOfAStatefulSet_pushesNothing() {
    Release release = new Release(CLUSTER.get(), "stateful");
    Path values = RELEASES.resolve("stateful.yaml");
    release.install(values, "--set=image.tag=v1");
    assertThat(release.test().done()).contains("Succeeded");
    try (IstiodServer istiod = IstiodServer.builder("1.27.0").sources(release.sources()).start()) {
      istiod.awaitSynced();
      int mark = istiod.awaitQuiet(Duration.ofSeconds(1));
      assertThat(istiod.serviceEntries()).hasSize(2);
      assertThat(timeouts(istiod)).containsExactly("5s");
      Set<String> first = release.gateways();

      release.upgrade(values, "--set=image.tag=v2").done();

      assertThat(release.images()).containsExactly("fairlead:v2");
      Set<String> second = release.gateways();
      assertThat(second).hasSize(2).doesNotContainAnyElementsOf(first);

      // A change of the configuration needs no restart, and is all that is pushed since.
      release.upgrade(values, "--set=image.tag=v2", MOVED).done();
      istiod.awaitPush(mark);
      istiod.awaitQuiet(Duration.ofSeconds(1));
      assertThat(istiod.pushesSince(mark))
          .extracting(Push::scope)
          .containsExactly(Push.Scope.ENDPOINTS);
      assertThat(release.gateways()).isEqualTo(second);

      // So is a change of a document.
      release.upgrade(values, "--set=image.tag=v2", MOVED, LONGER).done();
      Cluster.await("istiod has the document", () -> timeouts(istiod).equals(List.of("7s")));
      assertThat(release.gateways()).isEqualTo(second);
      release.upgrade(values, "--set=image.tag=v2", MOVED).done();
      Cluster.await("istiod has it as before", () -> timeouts(istiod).equals(List.of("5s")));
      istiod.awaitQuiet(Duration.ofSeconds(1));

      // Back to the first version with its services: one push, for the endpoint that is back.
      int back = istiod.mark();
      release.rollback(1);
      assertThat(release.images()).containsExactly("fairlead:v1");
      istiod.awaitPush(back);
      istiod.awaitQuiet(Duration.ofSeconds(1));
      assertThat(istiod.pushesSince(back))
          .extracting(Push::scope)
          .containsExactly(Push.Scope.ENDPOINTS);

      // The mesh keeps what it has.
      int end = istiod.mark();
      release.uninstall();
      istiod.awaitQuiet(Duration.ofSeconds(1));
      assertThat(istiod.pushesSince(end)).isEmpty();
      assertThat(istiod.serviceEntries()).hasSize(2);
      assertThat(istiod.process().isAlive()).isTrue();
    }
  }

  private static List<String> timeouts(IstiodServer istiod) {
    return istiod.configs("VirtualService").stream()
        .map(route -> route.spec().at("/http/0/timeout").asText())
        .toList();
  }

  @Test
  void upgradeOfADeployment_pushesNothing_andStopsWhereTheNewOneIsNotReady() {
    Release release = new Release(CLUSTER.get(), "stateless");
    Path values = RELEASES.resolve("stateless.yaml");
    release.install(values, "--set=image.tag=v1");
    try (IstiodServer istiod = IstiodServer.builder("1.27.0").sources(release.sources()).start()) {
      istiod.awaitSynced();
      int mark = istiod.awaitQuiet(Duration.ofSeconds(1));
      Set<String> first = release.gateways();

      release.upgrade(values, "--set=image.tag=v2").done();

      Set<String> second = release.gateways();
      assertThat(release.images()).containsExactly("fairlead:v2");
      assertThat(second).hasSize(1).doesNotContainAnyElementsOf(first);

      // A new version that also mirrors a registry which nobody can read never gets ready, so the
      // one that is there goes on.
      Command stuck =
          release.upgrade(
              values,
              "--set=image.tag=v3",
              "--set=config.registries[1].name=gone",
              "--set=config.registries[1].type=consul",
              "--set=config.registries[1].addresses[0]=http://127.0.0.1:9",
              "--timeout=8s");
      assertThat(stuck.exitCode()).isNotZero();
      assertThat(release.images()).containsExactlyInAnyOrder("fairlead:v2", "fairlead:v3");
      assertThat(ready(release)).containsExactlyElementsOf(second);

      release.rollback(2);
      release.upgrade(values, "--set=image.tag=v2", MOVED).done();
      istiod.awaitPush(mark);
      istiod.awaitQuiet(Duration.ofSeconds(1));
      assertThat(istiod.pushesSince(mark))
          .extracting(Push::scope)
          .containsExactly(Push.Scope.ENDPOINTS);
      assertThat(release.gateways()).isEqualTo(second);
    }
    release.uninstall();
  }

  private static List<String> ready(Release release) {
    return CLUSTER.get().pods(release.name()).stream()
        .filter(Release::isReady)
        .map(pod -> pod.at("/metadata/uid").asText())
        .toList();
  }

  @Test
  void istiodThatStartsBeforeItsGatewayIsReady_waitsForIt() {
    Release release = new Release(CLUSTER.get(), "waiting");
    Path values = RELEASES.resolve("stateless.yaml");
    CLUSTER.get().createRestrictedNamespace("waiting");
    CLUSTER
        .get()
        .helm()
        .run(
            "install",
            "waiting",
            Helm.CHART.toString(),
            "-n=waiting",
            "-f=" + RELEASES.resolve("waiting.yaml"))
        .done();
    // What listens is an endpoint, ready or not.
    Cluster.await("the gateway listens", () -> release.isStarted());
    Cluster.await("the gateway is an endpoint", () -> isPublished("waiting"));
    assertThat(ready(release)).isEmpty();
    try (IstiodServer istiod = IstiodServer.builder("1.27.0").sources(release.sources()).start()) {
      // It neither ends nor goes on without an answer.
      istiod.process().awaitLine("waiting for sync...", Duration.ofSeconds(60));
      assertThat(istiod.isSynced()).isFalse();
      Set<String> gateways = release.gateways();

      release.upgrade(values).done();

      istiod.awaitSynced();
      assertThat(istiod.serviceEntries()).hasSize(2);
      assertThat(release.gateways()).isEqualTo(gateways);
    }
    release.uninstall();
  }

  private static boolean isPublished(String name) {
    JsonNode slices =
        CLUSTER.get().get("/apis/discovery.k8s.io/v1/namespaces/" + name + "/endpointslices");
    for (JsonNode slice : slices.path("items")) {
      if (slice
              .at("/metadata/labels/kubernetes.io~1service-name")
              .asText()
              .equals(name + "-fairlead")
          && slice.at("/endpoints/0/conditions/ready").asBoolean()) {
        return true;
      }
    }
    return false;
  }
}
