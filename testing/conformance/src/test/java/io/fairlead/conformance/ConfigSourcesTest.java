package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Istio configuration in files beside a registry, as real istiods take it. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class ConfigSourcesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String ROUTES = "mesh/orders.yaml";
  private static final Set<String> BOTH =
      Set.of("DestinationRule shop/orders", "VirtualService shop/orders");

  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: @xds@}
          admin: {address: @admin@}
          registries:
          - {name: services, type: file, path: services, host: "{service}.shop", namespace: shop}
          configs:
          - {name: mesh, type: file, path: mesh}
          """);

  @AfterEach
  void end() {
    gateway.close();
  }

  private void write(String name, String text) throws IOException {
    Path file = gateway.folder().resolve(name);
    Files.createDirectories(file.getParent());
    Path whole = file.resolveSibling("." + file.getFileName());
    Files.writeString(whole, text);
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String routes(String weight) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: orders, namespace: shop}
        spec:
          hosts: [orders.shop]
          http:
          - route:
            - destination: {host: orders.shop, subset: v1}
              weight: %s
            - destination: {host: orders.shop, subset: v2}
              weight: 10
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: DestinationRule
        metadata: {name: orders, namespace: shop}
        spec:
          host: orders.shop
          subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
        """
        .formatted(weight);
  }

  private static Map<String, IstioConfig> held(IstiodServer istiod) {
    Map<String, IstioConfig> held = new HashMap<>();
    istiod.configs().stream()
        .filter(config -> !config.kind().equals("ServiceEntry"))
        .forEach(config -> held.put(config.kind() + " " + config.fullName(), config));
    return held;
  }

  private static void awaitHolding(Istiods istiods, Set<String> expected) {
    istiods.each(
        (version, istiod) ->
            await("istiod " + version)
                .atMost(LIMIT)
                .untilAsserted(
                    () ->
                        assertThat(new TreeSet<>(held(istiod).keySet()))
                            .isEqualTo(new TreeSet<>(expected))));
  }

  private static void awaitWeight(Istiods istiods, int weight) {
    istiods.each(
        (version, istiod) ->
            await("istiod " + version)
                .atMost(LIMIT)
                .untilAsserted(
                    () ->
                        assertThat(
                                istiod.configs("VirtualService").stream()
                                    .map(
                                        config ->
                                            config.spec().at("/http/0/route/0/weight").asInt()))
                            .containsExactly(weight)));
  }

  private double errors() {
    return gateway
        .metrics()
        .sum("fairlead_config_source_problems", "severity", "error", "source", "mesh");
  }

  private void awaitErrors(int count) {
    await("errors").atMost(LIMIT).until(() -> errors() == count);
  }

  private void service(String address) throws IOException {
    write(
        "services/orders.yaml",
        """
        services:
        - name: orders
          metadata: {protocol: http}
          instances:
          - {address: %s, port: 80, metadata: {version: v1}}
          - {address: 10.0.0.2, port: 80, metadata: {version: v2}}
        """
            .formatted(address));
  }

  @Test
  void documents_areWhatIstiodsHold_alsoWhenAnEditIsBrokenAndAfterARestart() throws Exception {
    service("10.0.0.1");
    write(ROUTES, routes("90"));
    gateway.start().awaitReady();
    Operator operator = new Operator(gateway);
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      operator.awaitConnected(istiods);
      awaitHolding(istiods, BOTH);
      awaitWeight(istiods, 90);
      Map<String, Integer> marks = istiods.settle();
      Map<String, Map<String, IstioConfig>> before = new HashMap<>();
      istiods.each((version, istiod) -> before.put(version, held(istiod)));

      // A broken edit changes nothing, and is said with its place.
      write(ROUTES, routes("ninety"));
      awaitErrors(1);
      assertThat(gateway.process().linesSince(0))
          .anyMatch(
              line ->
                  line.contains(
                      "config source mesh: orders.yaml:9:15: spec.http[0].route[0].weight: ninety"
                          + " (expected: a whole number"));
      // Nor does a restart with it: what was valid is from the store.
      gateway.stop();
      gateway.start().awaitReady();
      operator.awaitConnected(istiods);
      awaitErrors(1);
      service("10.0.0.9");
      assertThat(istiods.awaitPushes(marks))
          .allSatisfy(
              (version, pushes) -> {
                OnePush.assertOfEndpoints(version, pushes, 1);
              });
      istiods.each(
          (version, istiod) -> assertThat(held(istiod)).as(version).isEqualTo(before.get(version)));

      // A corrected edit follows, in one push.
      marks = istiods.settle();
      write(ROUTES, routes("50"));
      awaitWeight(istiods, 50);
      awaitErrors(0);
      assertThat(istiods.awaitPushes(marks))
          .allSatisfy((version, pushes) -> assertThat(pushes).as(version).hasSize(1));
      assertThat(pushed(istiods, marks)).contains("VirtualService");

      Files.delete(gateway.folder().resolve(ROUTES));
      awaitHolding(istiods, Set.of());
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  private static String pushed(Istiods istiods, Map<String, Integer> marks) {
    return istiods.pushesSince(marks).values().stream()
        .flatMap(List::stream)
        .map(Push::cause)
        .reduce("", (all, cause) -> all + cause + "\n");
  }
}
