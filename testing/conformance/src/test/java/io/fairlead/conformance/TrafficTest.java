package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.EnvoyServer;
import io.fairlead.harness.HttpInstance;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests through a real Envoy behind a real istiod reach the instances that a real Consul and a
 * real Nacos have, and no others.
 */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2", "envoy"})
@FleetTest
final class TrafficTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int REGISTRATIONS = 10;

  private final Fleet fleet;
  private final EnvoyServer envoy;
  private final List<HttpInstance> instances = new ArrayList<>();
  private final SortedMap<String, List<Long>> latencies = new TreeMap<>();

  TrafficTest(Fleet fleet) {
    this.fleet = fleet;
    this.envoy = EnvoyServer.start(fleet.istiods().newest().grpcPort());
  }

  @BeforeAll
  void awaitEnvoy() {
    fleet.awaitMirrored();
    envoy.awaitReady();
  }

  @AfterEach
  void endInstances() {
    instances.forEach(HttpInstance::close);
    instances.clear();
  }

  @AfterAll
  void endEnvoyAndReport() throws IOException {
    envoy.close();
    StringBuilder report = new StringBuilder();
    latencies.forEach(
        (what, millis) -> {
          List<Long> sorted = millis.stream().sorted().toList();
          report.append(
              String.format(
                  Locale.ROOT,
                  "%-40s n=%d  least %d ms  median %d ms  most %d ms%n",
                  what,
                  sorted.size(),
                  sorted.get(0),
                  sorted.get(sorted.size() / 2),
                  sorted.get(sorted.size() - 1)));
        });
    System.out.print("registration to first request:\n" + report);
    Path file = Binaries.root().resolve("target/conformance/latency.txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, report, StandardCharsets.UTF_8);
  }

  private HttpInstance instance(String id, String address) {
    HttpInstance instance = HttpInstance.start(id, address);
    instances.add(instance);
    return instance;
  }

  private static Registered registered(HttpInstance instance) {
    return Registered.at(instance.address(), instance.port());
  }

  private EnvoyServer.Answer request(String cluster) {
    return envoy.request(cluster, "/");
  }

  private void awaitHosts(String cluster, int count) {
    await(cluster)
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(envoy.hosts(cluster)).hasSize(count));
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos"})
  void requests_reachTheRegisteredInstances(String name) {
    MirroredRegistry registry = fleet.registry(name);
    HttpInstance stays = instance("stays", "127.0.0.2");
    HttpInstance goes = instance("goes", "127.0.0.3");
    registry.put(
        "traffic-going", "1", registered(stays).withLabel(MirroredRegistry.SERVICE_PORT, "8080"));
    registry.put(
        "traffic-going", "2", registered(goes).withLabel(MirroredRegistry.SERVICE_PORT, "8080"));
    String cluster = "outbound|8080||" + registry.host("traffic-going");
    awaitHosts(cluster, 2);

    requestAll(cluster, 50);
    assertThat(stays.requests()).isPositive();
    assertThat(goes.requests()).isPositive();

    registry.remove("traffic-going", "2");
    awaitHosts(cluster, 1);
    long before = goes.requests();
    requestAll(cluster, 200);

    assertThat(goes.requests()).isEqualTo(before);
    assertThat(stays.requests()).isEqualTo(250 - before);
  }

  private void requestAll(String cluster, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(request(cluster).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos"})
  void requests_areSharedByWeight(String name) {
    MirroredRegistry registry = fleet.registry(name);
    HttpInstance quarter = instance("quarter", "127.0.0.4");
    HttpInstance rest = HttpInstance.start("rest", "127.0.0.5", quarter.port());
    instances.add(rest);
    registry.put("traffic-shared", "1", registered(quarter).withWeight(1));
    registry.put("traffic-shared", "2", registered(rest).withWeight(3));
    String cluster = "outbound|" + quarter.port() + "||" + registry.host("traffic-shared");
    awaitHosts(cluster, 2);
    assertThat(envoy.hosts(cluster))
        .extracting(EnvoyServer.Host::weight)
        .containsExactlyInAnyOrder(1, 3);

    requestAll(cluster, 2000);

    assertThat(quarter.requests() / 2000.0).isBetween(0.24, 0.26);
    assertThat(quarter.requests() + rest.requests()).isEqualTo(2000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos"})
  void registration_isFollowedByRequests(String name) {
    MirroredRegistry registry = fleet.registry(name);
    HttpInstance first = instance("first", "127.0.0.6");
    String cluster = "outbound|" + first.port() + "||" + registry.host("traffic-timed");
    registerAndTime(registry, first, cluster, name + ", a new service");

    for (int i = 0; i < REGISTRATIONS; i++) {
      HttpInstance next = HttpInstance.start("next-" + i, "127.0.1." + (i + 1), first.port());
      instances.add(next);
      registerAndTime(registry, next, cluster, name + ", a new instance");
    }

    // None of them is forgotten over the others.
    awaitHosts(cluster, REGISTRATIONS + 1);
    requestAll(cluster, 20 * (REGISTRATIONS + 1));
    assertThat(instances)
        .isNotEmpty()
        .allSatisfy(instance -> assertThat(instance.requests()).as(instance.id()).isPositive());
  }

  private void registerAndTime(
      MirroredRegistry registry, HttpInstance instance, String cluster, String what) {
    registry.put("traffic-timed", instance.id(), registered(instance));
    long begin = System.nanoTime();
    while (instance.requests() == 0) {
      if (System.nanoTime() - begin > LIMIT.toNanos()) {
        throw new AssertionError(
            instance.id() + ": no request within " + LIMIT + " of its registration");
      }
      request(cluster);
    }
    latencies
        .computeIfAbsent(what, any -> new ArrayList<>())
        .add((System.nanoTime() - begin) / 1_000_000);
  }
}
