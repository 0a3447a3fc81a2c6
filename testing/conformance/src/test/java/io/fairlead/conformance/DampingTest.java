package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service that flaps does not make the mesh push for ever, and holds up nobody else. */
@NeedsServer({"consul", "istiod-1.27.0", "istiod-1.18.2"})
final class DampingTest {
  private static final Logger LOG = LoggerFactory.getLogger(DampingTest.class);
  private static final String FLAPPING = "flapping";
  private static final Duration FLAPS_FOR = Duration.ofSeconds(20);
  private static final Duration HALF_A_FLAP = Duration.ofMillis(50);

  // The policy of the configuration below.
  private static final int FREE = 4;
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration MAX = Duration.ofSeconds(30);

  private final ConsulServer server = ConsulServer.started();
  private final ConsulRegistry consul = new ConsulRegistry(server);
  private final TempTree tree = TempTree.create();
  private final FileRegistry files =
      new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
  private final GatewayProcess gateway =
      GatewayProcess.of(
          Fleet.configuration(
              List.of(consul, files),
              // So short that what comes is not gathered to few changes already.
              "batching: {quiet: 10ms, max: 50ms}",
              "damping: {free: 4, window: 1m, first: 1s, max: 30s}"));
  private final Operator operator = new Operator(gateway);

  @AfterEach
  void end() {
    gateway.close();
    tree.close();
    server.close();
  }

  private SortedMap<String, MeshService> expected() {
    SortedMap<String, MeshService> expected = new TreeMap<>(consul.expected(Istiods.REVISION));
    expected.putAll(files.expected(Istiods.REVISION));
    return expected;
  }

  @Test
  void flapping_isABoundedNumberOfPushes_andDelaysNothingElse() {
    for (int i = 1; i <= 3; i++) {
      consul.put(FLAPPING, Integer.toString(i), Registered.at("10.8.0." + i, 8080));
    }
    consul.put("steady", "1", Registered.at("10.8.1.1", 8080));
    files.put("steady", "1", Registered.at("10.8.1.1", 8080));
    gateway.start().awaitReady();
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced();
        SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      istiods.awaitHolding(this::expected);
      client.awaitNames(expected().keySet());
      Map<String, Integer> marks = istiods.settle();
      int mark = client.mark();

      long start = System.nanoTime();
      int flaps = flap();
      Duration flapped = Duration.ofNanos(System.nanoTime() - start);
      int responses = client.since(mark).size();
      int most = mostChanges(flapped);
      LOG.info("{} flaps in {}: {} responses (at most {})", flaps, flapped, responses, most);
      assertThat(flaps).as("flaps").isGreaterThan(most);
      assertThat(responses).as("responses").isLessThanOrEqualTo(most);
      istiods
          .pushesSince(marks)
          .forEach(
              (version, pushes) ->
                  assertThat(pushes.size())
                      .as("pushes of istiod %s", version)
                      .isLessThanOrEqualTo(most));

      Instant until = awaitDamped();
      assertShown();
      assertOthersGoThrough(istiods, client, until);
      assertRemovalGoesThrough(istiods, until);

      istiods.awaitHolding(this::expected);
      operator.awaitMetric(0, "fairlead_damped_hosts");
      assertThat(damped()).isEmpty();
    }
  }

  /** One of three instances comes and goes; ends with it there. Gives the number of changes. */
  private int flap() {
    Registered instance = consul.instance(FLAPPING, "3");
    int changes = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < FLAPS_FOR.toNanos()) {
      consul.remove(FLAPPING, "3");
      pause();
      consul.put(FLAPPING, "3", instance);
      pause();
      changes += 2;
    }
    return changes;
  }

  private static void pause() {
    try {
      Thread.sleep(HALF_A_FLAP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * What the policy lets through within a time, which is shorter than its window: the free changes
   * and a removal; then after each of the growing waits an addition, and the removal of it.
   */
  private static int mostChanges(Duration time) {
    int most = FREE + 1;
    Duration wait = FIRST;
    for (Duration end = wait; end.compareTo(time) <= 0; end = end.plus(wait)) {
      most += 2;
      wait = wait.multipliedBy(2).compareTo(MAX) < 0 ? wait.multipliedBy(2) : MAX;
    }
    return most;
  }

  private Optional<JsonNode> damped() {
    return operator.items("resources").stream().filter(item -> item.has("damped")).findFirst();
  }

  /** Flaps on until the wait has begun that leaves time for what follows; gives its end. */
  private Instant awaitDamped() {
    Registered instance = consul.instance(FLAPPING, "3");
    for (int i = 0; i < 600; i++) {
      Optional<Instant> until =
          damped().map(item -> Instant.parse(item.path("damped").path("until").asText()));
      if (until.isPresent() && until.get().isAfter(Instant.now().plusSeconds(10))) {
        return until.get();
      }
      consul.remove(FLAPPING, "3");
      pause();
      consul.put(FLAPPING, "3", instance);
      pause();
    }
    throw new AssertionError("flapping: not damped (expected: damped for 10 s and more)");
  }

  private void assertShown() {
    JsonNode shown = damped().orElseThrow();
    assertThat(shown.path("name").asText()).isEqualTo("consul/" + consul.host(FLAPPING));
    // A table has seconds.
    Instant until = Instant.parse(shown.path("damped").path("until").asText());
    assertThat(operator.run("get", "resources", "-o", "wide"))
        .contains("DAMPED FOR", until.truncatedTo(ChronoUnit.SECONDS).toString());
    operator.awaitMetric(1, "fairlead_damped_hosts");
    assertThat(gateway.process().linesSince(0))
        .anySatisfy(line -> assertThat(line).contains(consul.host(FLAPPING), "changed"));
  }

  /** Changes of other services are there while the flapping one still waits. */
  private void assertOthersGoThrough(Istiods istiods, SourceClient client, Instant until) {
    int mark = client.mark();
    long start = System.nanoTime();
    consul.put("steady", "2", Registered.at("10.8.1.2", 8080));
    files.put("other", "1", Registered.at("10.8.1.3", 8080));
    client.awaitServices(
        mark, response -> response.versions().containsKey("file/" + files.host("other")));
    LOG.info("another service came after {}", Duration.ofNanos(System.nanoTime() - start));
    istiods.each(
        (version, istiod) ->
            Istiods.awaitHolding(version, istiod, expectedWith(List.of("1", "2"))));
    assertStillDamped(until);
  }

  /** An endpoint that goes is gone at once, while the one that flaps still waits. */
  private void assertRemovalGoesThrough(Istiods istiods, Instant until) {
    consul.remove(FLAPPING, "1");
    istiods.each(
        (version, istiod) -> Istiods.awaitHolding(version, istiod, expectedWith(List.of("2"))));
    assertStillDamped(until);
  }

  private void assertStillDamped(Instant until) {
    assertThat(damped().map(item -> item.path("damped").path("until").asText()))
        .as("damped until")
        .isPresent();
    assertThat(Instant.now()).as("now, while it is damped").isBefore(until);
  }

  /** What is expected, with these instances of the flapping service only. */
  private SortedMap<String, MeshService> expectedWith(List<String> ids) {
    Map<String, Registered> others = new TreeMap<>(consul.instances(FLAPPING));
    others.keySet().removeAll(ids);
    SortedMap<String, MeshService> expected = expected();
    String name = "consul/" + consul.host(FLAPPING);
    MeshService service = Optional.ofNullable(expected.get(name)).orElseThrow();
    expected.put(
        name,
        service.withoutEndpoints(
            endpoint ->
                others.values().stream()
                    .anyMatch(other -> other.address().equals(endpoint.address()))));
    return expected;
  }
}
