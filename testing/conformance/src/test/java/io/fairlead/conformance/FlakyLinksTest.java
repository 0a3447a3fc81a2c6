package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.FaultyLink;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real Consul and a real Nacos, each behind a link whose connections are reset again and again,
 * with ten changes a second: nothing that is registered leaves the mesh, what left its registry
 * leaves the mesh within {@code settle} and ten seconds, all that is kept meanwhile has a ceiling
 * that is kept to, and in the end the mesh is what the registries are.
 *
 * <p>The environment variable FAIRLEAD_FLAKY_MINUTES says how long, with a reset each 20 s and a
 * {@code settle} of 30 s ({@code make soak-flaky}: 30 minutes); without it the test runs for half a
 * minute with resets as often as that lets several happen within {@code settle}. FAIRLEAD_SEED
 * repeats the changes of a run.
 */
@NeedsServer({"consul", NacosServer.NAME})
final class FlakyLinksTest {
  private static final Optional<Long> MINUTES = number("FAIRLEAD_FLAKY_MINUTES");
  private static final long SEED = number("FAIRLEAD_SEED").orElseGet(System::nanoTime);
  private static final Duration LENGTH =
      MINUTES.map(Duration::ofMinutes).orElse(Duration.ofSeconds(30));
  private static final Duration RESET = Duration.ofSeconds(MINUTES.isPresent() ? 20 : 6);
  private static final Duration SETTLE = Duration.ofSeconds(MINUTES.isPresent() ? 30 : 12);
  private static final Duration LIMIT = SETTLE.plusSeconds(10);
  private static final Duration PER_CHANGE = Duration.ofMillis(100);
  private static final Duration PER_LOOK = Duration.ofMillis(500);

  private static Optional<Long> number(String variable) {
    return Optional.ofNullable(System.getenv(variable))
        .filter(value -> !value.isBlank())
        .map(value -> Long.valueOf(value.strip()));
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void links_resetAgainAndAgain_nothingStaysStaleAndNothingIsLost() throws Exception {
    say(
        "seed "
            + SEED
            + ", "
            + LENGTH.toSeconds()
            + " s, a reset each "
            + RESET.toSeconds()
            + " s");
    Staleness staleness = new Staleness(System::nanoTime);
    try (ConsulServer consul = ConsulServer.started();
        NacosServer nacos = NacosServer.start();
        FaultyLink toConsul = FaultyLink.to(consul.address().getPort());
        NacosLink toNacos = NacosLink.to(nacos)) {
      SteadyChurn churn =
          new SteadyChurn(
              SEED, List.of(new ConsulRegistry(consul), new NacosRegistry(nacos)), staleness);
      try (GatewayProcess gateway =
          GatewayProcess.of(configuration(toConsul, toNacos)).start().awaitReady()) {
        try (MeshWatch mesh = new MeshWatch(gateway, staleness::sees)) {
          mesh.await("everything", LIMIT.multipliedBy(3), held -> held.equals(churn.expected()));
          toConsul.resetEvery(RESET);
          toNacos.resetEvery(RESET);
          HoldWatch holds = new HoldWatch(gateway);
          run(churn, staleness, holds);
          // The links go on breaking.
          Awaitility.await("the mesh equals the registries")
              .atMost(LIMIT.plus(PER_LOOK))
              .pollInterval(Duration.ofMillis(100))
              .untilAsserted(
                  () ->
                      assertThat(differences(churn.expected(), mesh.held()))
                          .as("differences; holds: %s", gateway.get("/api/v1/holds"))
                          .isEmpty());
          say(
              String.format(
                  "%d changes in %d s, %d connections broken; %s; %s",
                  churn.changes(),
                  LENGTH.toSeconds(),
                  toConsul.broken() + toNacos.http().broken() + toNacos.grpc().broken(),
                  staleness.figures(),
                  holds.figures()));
          assertThat(toConsul.broken()).as("broken connections to Consul").isPositive();
          assertThat(toNacos.http().broken()).as("broken connections to Nacos").isPositive();
          assertThat(holds.count()).as("holds, or none is judged").isPositive();
          assertThat(holds.faults()).as("holds without a ceiling that is kept to").isEmpty();
          assertThat(staleness.lost()).as("left the mesh while registered").isEmpty();
          assertThat(staleness.worstStaleness()).as("worst staleness").isLessThanOrEqualTo(LIMIT);
          assertThat(staleness.worstWait()).as("longest wait").isLessThanOrEqualTo(LIMIT);
        }
      }
    }
  }

  private static void run(SteadyChurn churn, Staleness staleness, HoldWatch holds)
      throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + LENGTH.toNanos();
    long nextLook = begin;
    long nextLine = begin;
    for (long next = begin; next < end; next += PER_CHANGE.toNanos()) {
      TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
      churn.change();
      if (next >= nextLook) {
        nextLook = next + PER_LOOK.toNanos();
        holds.look();
        assertThat(staleness.staleFor(LIMIT))
            .as("stale for longer than %s; %s", LIMIT, holds.last())
            .isEmpty();
      }
      if (next >= nextLine) {
        nextLine = next + Duration.ofMinutes(1).toNanos();
        say(churn.changes() + " changes so far; " + staleness.figures());
      }
    }
  }

  private static List<String> differences(
      Map<String, Set<String>> expected, Map<String, Set<String>> held) {
    List<String> differences = new ArrayList<>();
    Set<String> hosts = new TreeSet<>(expected.keySet());
    hosts.addAll(held.keySet());
    for (String host : hosts) {
      Set<String> one = expected.getOrDefault(host, Set.of());
      Set<String> other = held.getOrDefault(host, Set.of());
      if (!one.equals(other)) {
        differences.add(host + ": " + other + " (expected: " + one + ")");
      }
    }
    return differences;
  }

  private static void say(String text) {
    System.out.println("flaky links: " + text);
  }

  private static String configuration(FaultyLink consul, NacosLink nacos) {
    return """
    xds: {address: "@xds@"}
    admin: {address: "@admin@"}
    store: {path: data/fairlead.db}
    registries:
    - {name: consul, type: consul, addresses: ["http://127.0.0.1:%1$d"], settle: %3$ds,
       protocol: http, keepEmpty: 1h}
    - {name: nacos, type: nacos, addresses: ["%2$s"], settle: %3$ds, host: "{service}.nacos",
       protocol: http, keepEmpty: 1h}
    """
        .formatted(consul.port(), nacos.address(), SETTLE.toSeconds());
  }
}
