package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.Metrics;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway starts while Consul and Nacos are down, and both come back with a third of their
 * services gone.
 */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@Tag("alone")
final class OutageTest {
  private static final Logger LOG = LoggerFactory.getLogger(OutageTest.class);
  private static final int SERVICES = 60;
  private static final int GONE = SERVICES / 3;

  // The goal is 3 s on a machine that does nothing else; one that does gets more by its load.
  private static final Duration SERVED_WITHIN = Duration.ofSeconds(10);

  private final ConsulServer consulServer = ConsulServer.started();
  private final NacosServer nacosServer = NacosServer.start();
  private final ConsulRegistry consul = new ConsulRegistry(consulServer, WhenEmpty.GOES);
  private final NacosRegistry nacos = new NacosRegistry(nacosServer, WhenEmpty.GOES);
  private final List<MirroredRegistry> registries = List.of(consul, nacos);
  private final GatewayProcess gateway = GatewayProcess.of(Fleet.configuration(registries));
  private final Operator operator = new Operator(gateway);

  @AfterEach
  void end() {
    gateway.close();
    nacosServer.close();
    consulServer.close();
  }

  @Test
  void start_whileTheRegistriesAreDown_servesTheLastKnownState_andHoldsWhatIsGoneAfterwards() {
    registries.forEach(OutageTest::populate);
    gateway.start().awaitReady();
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      istiods.awaitHolding(this::expected);
      Map<String, Integer> marks = istiods.settle();
      Map<String, Set<IstioConfig>> before = configs(istiods);
      SortedMap<String, MeshService> known = expected();

      gateway.stop();
      changeTheRegistries();
      consulServer.stop();
      nacosServer.stop();
      startAndMeasure(known);
      operator.awaitConnected(istiods);

      assertStale();
      istiods.settle();
      assertThat(istiods.pushesSince(marks))
          .allSatisfy((version, pushes) -> assertThat(pushes).as("istiod %s", version).isEmpty());
      assertThat(configs(istiods)).isEqualTo(before);

      consulServer.start();
      nacosServer.startAgain();
      SortedMap<String, MeshService> held = new TreeMap<>(known);
      held.putAll(expected());
      istiods.awaitHolding(() -> held);
      List<String> guards = registries.stream().map(this::assertHolds).toList();
      istiods.awaitHolding(() -> held);
      assertOnlyNewServices(istiods.awaitPushes(marks));
      configs(istiods)
          .forEach(
              (version, configs) ->
                  assertThat(configs)
                      .as("untouched in istiod %s", version)
                      .containsAll(before.getOrDefault(version, Set.of())));

      guards.forEach(guard -> operator.run("approve", guard));
      istiods.awaitHolding(this::expected);
      operator.awaitItems("guards", List::isEmpty);
      operator.awaitMetric(0, "fairlead_guard_held");
    }
  }

  private static void populate(MirroredRegistry registry) {
    for (int i = 0; i < SERVICES; i++) {
      registry.put(service(i), "1", Registered.at("10.5.0." + (i + 1), 8080));
      if (i % 2 == 0) {
        registry.put(service(i), "2", Registered.at("10.5.1." + (i + 1), 8080));
      }
    }
  }

  private static String service(int number) {
    return "outage-%02d".formatted(number);
  }

  private void changeTheRegistries() {
    for (MirroredRegistry registry : registries) {
      for (int i = 0; i < GONE; i++) {
        for (String id : List.copyOf(registry.instances(service(i)).keySet())) {
          registry.remove(service(i), id);
        }
      }
      registry.put("outage-new-1", "1", Registered.at("10.5.2.1", 8080));
      registry.put("outage-new-2", "1", Registered.at("10.5.2.2", 8080));
    }
    // Some of Nacos' are not even listed any more, the others are listed without instances.
    for (int i = 0; i < GONE / 2; i++) {
      nacosServer.api().deleteService("public", "DEFAULT_GROUP", service(i));
    }
  }

  private SortedMap<String, MeshService> expected() {
    SortedMap<String, MeshService> expected = new TreeMap<>();
    registries.forEach(registry -> expected.putAll(registry.expected(Istiods.REVISION)));
    return expected;
  }

  /** Starts the gateway, and asserts that a client's first answer is what was known before. */
  private void startAndMeasure(SortedMap<String, MeshService> known) {
    long start = System.nanoTime();
    gateway.start().awaitListening();
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      SourceClient.Response first = client.awaitServices(0, any -> true);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      double load = loadPerCore();
      LOG.info(
          "Last-known state of {} services was served {} after the start of the process, with"
              + " Consul and Nacos down; running or ready to run per core: {}",
          first.versions().size(),
          took,
          load);
      assertThat(first.versions().keySet()).isEqualTo(known.keySet());
      assertThat(took)
          .as(
              "from the start of the process to the first answer; its log: %s",
              String.join("\n", gateway.process().linesSince(0)))
          .isLessThan(SERVED_WITHIN.multipliedBy((long) Math.ceil(Math.max(1, load))));
    }
    assertThat(gateway.isReady()).isTrue();
  }

  private static double loadPerCore() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system.getSystemLoadAverage() / system.getAvailableProcessors();
  }

  private void assertStale() {
    operator.awaitItems(
        "registries",
        shown ->
            shown.size() == 2
                && shown.stream()
                    .allMatch(
                        registry ->
                            registry.path("state").asText().equals("failing")
                                && !registry.path("problem").asText().isEmpty()
                                && registry.path("lastSuccess").isMissingNode()));
    assertThat(operator.run("get", "registries")).contains("LAST SUCCESS", "PROBLEM", "failing");
    Metrics metrics = gateway.metrics();
    for (MirroredRegistry registry : registries) {
      for (String metric :
          List.of("fairlead_registry_up", "fairlead_registry_last_success_seconds")) {
        assertThat(metrics.samples(metric, "registry", registry.name()))
            .as(metric)
            .singleElement()
            .satisfies(sample -> assertThat(sample.value()).isZero());
      }
    }
    assertThat(operator.items("guards")).isEmpty();
  }

  /** Gives the guard's id. */
  private String assertHolds(MirroredRegistry registry) {
    String id = operator.awaitGuard(registry.name(), GONE);
    JsonNode guard = operator.guardOf(registry.name());
    assertThat(guard.path("state").asText()).isEqualTo("holding");
    assertThat(guard.path("services").asInt()).isEqualTo(SERVICES);
    assertThat(guard.path("heldEndpoints").asInt()).isEqualTo(GONE + GONE / 2);
    assertThat(guard.path("explanation").asText()).contains("fairlead approve " + id);
    assertThat(guard.path("confirmsAt").asText()).as("confirmsAt").isNotEmpty();
    List<String> services =
        guard.path("held").findValuesAsText("service").stream().sorted().toList();
    assertThat(services).hasSize(GONE);
    for (int i = 0; i < GONE; i++) {
      assertThat(services.get(i)).contains(service(i));
    }
    operator.awaitMetric(GONE, "fairlead_guard_held", "registry", registry.name());
    assertThat(operator.run("get", "guards")).contains(id, GONE + " of " + SERVICES);
    assertThat(gateway.process().linesSince(0))
        .as("the log says what is held and why")
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "registry " + registry.name(),
                        GONE + " of " + SERVICES + " services",
                        "30 %",
                        service(0),
                        "fairlead approve " + id,
                        "fairlead reject " + id));
    return id;
  }

  private static void assertOnlyNewServices(Map<String, List<Push>> pushes) {
    pushes.forEach(
        (version, ofOne) ->
            assertThat(ofOne)
                .as("pushes of istiod %s", version)
                .isNotEmpty()
                .allSatisfy(push -> assertThat(push.cause()).contains("outage-new")));
  }

  private static Map<String, Set<IstioConfig>> configs(Istiods istiods) {
    Map<String, Set<IstioConfig>> configs = new LinkedHashMap<>();
    istiods.each((version, istiod) -> configs.put(version, new HashSet<>(istiod.serviceEntries())));
    return configs;
  }
}
