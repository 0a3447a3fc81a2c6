package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.XdsProbe;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests that real istiods of several versions hold exactly what the registries hold. */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@FleetTest
final class MirrorTest {
  private static final int PROXY_WEIGHT_UNIT = 1;

  private final Fleet fleet;

  MirrorTest(Fleet fleet) {
    this.fleet = fleet;
  }

  @Test
  void serviceEntries_equalTheRegistries() {
    fleet.awaitMirrored();

    assertThat(fleet.istiods().refusals()).isEmpty();
  }

  @Test
  void serviceEntries_haveVirtualIpsOfTheirOwn() {
    fleet.awaitMirrored();

    Map<String, Map<String, List<String>>> byVersion = new HashMap<>();
    fleet
        .istiods()
        .each(
            (version, istiod) ->
                byVersion.put(
                    version,
                    istiod.serviceEntries().stream()
                        .collect(
                            Collectors.toMap(
                                IstioConfig::fullName, entry -> entry.texts("addresses")))));

    Map<String, List<String>> addresses = byVersion.getOrDefault(Istiods.NEWEST, Map.of());
    assertThat(byVersion.values())
        .isNotEmpty()
        .allSatisfy(other -> assertThat(other).isEqualTo(addresses));
    assertThat(addresses.values())
        .isNotEmpty()
        .allSatisfy(
            one -> assertThat(one).singleElement().asString().matches("241\\.\\d+\\.\\d+\\.\\d+"));
    assertThat(Set.copyOf(addresses.values())).hasSameSizeAs(addresses.keySet());
  }

  @Test
  void proxies_seeWeightsAndLocalities() {
    fleet.awaitMirrored();

    try (XdsProbe probe = XdsProbe.connect(fleet.istiods().newest().grpcPort())) {
      for (String name : List.of("consul", "nacos", "file")) {
        MirroredRegistry registry = fleet.registry(name);
        for (String service : List.of("weighted", "spread", "ports", "failing", "six")) {
          Set<String> expected = new TreeSet<>();
          registry
              .instances(service)
              .values()
              .forEach(instance -> addSeen(expected, service, instance));

          probe.awaitEndpoints(
              cluster(registry, service),
              endpoints -> {
                Set<String> seen = new TreeSet<>();
                endpoints.forEach(
                    endpoint ->
                        seen.add(
                            seen(
                                endpoint.address(),
                                endpoint.port(),
                                endpoint.weight(),
                                endpoint.locality())));
                return seen.equals(expected);
              });
        }
      }
    }
  }

  private static String cluster(MirroredRegistry registry, String service) {
    int port = service.equals("spread") || service.equals("failing") ? 80 : 8080;
    return "outbound|" + port + "||" + registry.host(service);
  }

  private static void addSeen(Set<String> seen, String service, Registered instance) {
    if (instance.healthy()) {
      long weight = service.equals("weighted") ? (long) instance.weight() : PROXY_WEIGHT_UNIT;
      seen.add(seen(instance.address(), instance.port(), weight, instance.locality()));
    }
  }

  private static String seen(String address, int port, long weight, String locality) {
    return address + " " + port + " " + weight + " " + locality;
  }

  @Test
  void watch_showsWhatIstiodHolds() throws Exception {
    fleet.awaitMirrored();

    GatewayProcess.Result watched =
        fleet
            .gateway()
            .run(
                "watch",
                fleet.gateway().xdsAddress(),
                "--once",
                "--revision",
                Istiods.REVISION,
                "-o",
                "json");

    assertThat(watched.exitCode()).as(watched.err()).isZero();
    JsonNode line = new ObjectMapper().readTree(watched.out());
    Set<String> names = new HashSet<>();
    line.path("changed").forEach(name -> names.add(name.asText()));
    assertThat(names).isEqualTo(fleet.expected(Istiods.REVISION).keySet());
  }
}
