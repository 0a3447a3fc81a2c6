package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A run of a gateway with real registries that change all the time, whose links break all the time.
 * It says on standard output how it goes. Confined to one thread, but for what the client sees.
 */
final class Soak implements AutoCloseable {
  private static final Duration PER_LOOK = Duration.ofMillis(500);
  private static final Duration PER_LINE = Duration.ofMinutes(1);

  private final Plan plan;
  private final List<SoakedRegistry> registries;
  private final Map<MirroredRegistry, Staleness> staleness = new LinkedHashMap<>();
  private final SteadyChurn churn;
  private final GatewayProcess gateway;
  private final MeshWatch mesh;
  private final HoldWatch holds;
  // How long each server was away at most.
  private final Map<MirroredRegistry, Duration> away = new HashMap<>();
  // Guarded by itself.
  private final Set<String> emptied = new TreeSet<>();

  /**
   * The conditions of a run.
   *
   * @param seed of the changes
   * @param length time during which there are changes
   * @param perChange time between two of them
   * @param reset time between two resets of all connections
   * @param settle the registries' {@code settle}
   * @param margin what may pass beyond that until the mesh has what happened
   */
  record Plan(
      long seed,
      Duration length,
      Duration perChange,
      Duration reset,
      Duration settle,
      Duration margin) {

    Duration limit() {
      return settle.plus(margin);
    }
  }

  private Soak(Plan plan, List<SoakedRegistry> registries) {
    this.plan = plan;
    this.registries = List.copyOf(registries);
    say("%s, seed %d, %d s", registries, plan.seed, plan.length.toSeconds());
    registries.forEach(one -> staleness.put(one.mirrored(), new Staleness(System::nanoTime)));
    this.churn = new SteadyChurn(plan.seed, staleness);
    this.gateway = GatewayProcess.of(configuration()).start();
    try {
      gateway.awaitReady();
      this.mesh = new MeshWatch(gateway, this::sees);
      this.holds = new HoldWatch(gateway);
    } catch (RuntimeException | Error e) {
      gateway.close();
      throw e;
    }
  }

  /** Runs it with servers that stay. */
  static void run(Plan plan, List<SoakedRegistry> registries) throws Exception {
    try (Soak soak = new Soak(plan, registries)) {
      soak.run(elapsed -> {});
      soak.judge();
    }
  }

  /**
   * Runs it with servers that are killed and started anew, and an istiod; and compares the memory.
   */
  static void runWithRestarts(Plan plan, List<SoakedRegistry> registries) throws Exception {
    try (Soak soak = new Soak(plan, registries);
        IstiodServer istiod =
            IstiodServer.builder(Istiods.NEWEST).sources(soak.gateway.source()).start();
        Restarts restarts = new Restarts(registries, plan.length, soak.churn, soak::noteAway)) {
      istiod.awaitSynced();
      MemoryWatch memory = new MemoryWatch(soak.gateway, plan.length);
      soak.run(
          elapsed -> {
            restarts.look(elapsed);
            memory.look(elapsed);
          });
      restarts.finish();
      soak.judge();
      soak.awaitSame("istiod", () -> addresses(istiod), addresses(soak.churn.expected()));
      assertThat(istiod.refusalsSince(0)).as("what istiod refused").isEmpty();
      memory.judge();
    }
  }

  private void noteAway(MirroredRegistry registry, Duration time) {
    away.merge(registry, time, (one, other) -> one.compareTo(other) > 0 ? one : other);
  }

  /** Returns what may pass until the mesh has what happened: a server that is away tells nobody. */
  private Duration limit(MirroredRegistry registry) {
    return plan.limit().plus(away.getOrDefault(registry, Duration.ZERO));
  }

  private String configuration() {
    return """
    xds: {address: "@xds@"}
    admin: {address: "@admin@"}
    store: {path: data/fairlead.db}
    registries:
    """
        + registries.stream()
            .map(one -> one.configuration(plan.settle))
            .collect(Collectors.joining());
  }

  private void sees(SortedMap<String, Set<String>> held) {
    Map<MirroredRegistry, Map<String, Set<String>>> parts = new LinkedHashMap<>();
    staleness.keySet().forEach(one -> parts.put(one, new TreeMap<>()));
    held.forEach(
        (host, endpoints) -> {
          parts.forEach(
              (registry, part) -> {
                if (host.endsWith(registry.host(""))) {
                  part.put(host, endpoints);
                }
              });
          if (endpoints.isEmpty()) {
            // A service always has an instance.
            synchronized (emptied) {
              emptied.add(host);
            }
          }
        });
    staleness.forEach((registry, one) -> one.sees(parts.getOrDefault(registry, Map.of())));
  }

  /** An action beside the changes, which is told the time since they began. */
  private interface Beside {
    void look(Duration elapsed) throws Exception;
  }

  private void run(Beside beside) throws Exception {
    Map<String, Set<String>> filled = churn.expected();
    mesh.await("everything", plan.limit().multipliedBy(3), held -> held.equals(filled));
    registries.forEach(one -> one.resetEvery(plan.reset));
    long begin = System.nanoTime();
    long nextLook = begin;
    long nextLine = begin + PER_LINE.toNanos();
    for (long next = begin;
        next < begin + plan.length.toNanos();
        next += plan.perChange.toNanos()) {
      TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
      churn.change();
      if (next >= nextLook) {
        nextLook = next + PER_LOOK.toNanos();
        beside.look(Duration.ofNanos(next - begin));
        look();
      }
      if (next >= nextLine) {
        nextLine = next + PER_LINE.toNanos();
        say(
            "%d of %d s, %d changes",
            Duration.ofNanos(next - begin).toSeconds(), plan.length.toSeconds(), churn.changes());
        sayFigures();
      }
    }
  }

  private void look() {
    holds.look();
    staleness.forEach(
        (registry, one) ->
            assertThat(one.staleFor(limit(registry)))
                .as("%s: stale for longer than %s; %s", registry, limit(registry), holds.last())
                .isEmpty());
  }

  private void sayFigures() {
    staleness.forEach((registry, one) -> say("%s: %s", registry, one.figures()));
  }

  private void judge() {
    // The links go on breaking.
    awaitSame("the client", mesh::held, churn.expected());
    say("%d changes; %s", churn.changes(), holds.figures());
    registries.forEach(one -> say("%s: %d connections broken", one, one.broken()));
    sayFigures();
    for (SoakedRegistry registry : registries) {
      assertThat(registry.broken()).as("broken connections to %s", registry).isPositive();
    }
    assertThat(holds.count()).as("holds, or none is judged").isPositive();
    assertThat(holds.faults()).as("holds without a ceiling that is kept to").isEmpty();
    synchronized (emptied) {
      assertThat(emptied).as("without endpoints for a moment").isEmpty();
    }
    staleness.forEach(
        (registry, one) -> {
          assertThat(one.lost()).as("%s: left the mesh while registered", registry).isEmpty();
          assertThat(one.worstStaleness())
              .as("%s: worst staleness", registry)
              .isLessThanOrEqualTo(limit(registry));
          assertThat(one.worstWait())
              .as("%s: longest wait", registry)
              .isLessThanOrEqualTo(limit(registry));
        });
  }

  private interface Holder {
    Map<String, Set<String>> held();
  }

  private void awaitSame(String who, Holder holder, Map<String, Set<String>> expected) {
    Awaitility.await(who + " has what the registries have")
        .atMost(plan.limit().plus(PER_LOOK))
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(differences(expected, holder.held()))
                    .as("differences; holds: %s", gateway.get("/api/v1/holds"))
                    .isEmpty());
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

  private static Map<String, Set<String>> addresses(IstiodServer istiod) {
    Map<String, Set<String>> addresses = new TreeMap<>();
    istiod
        .serviceEntries()
        .forEach(
            entry ->
                addresses.put(
                    entry.texts("hosts").get(0), new TreeSet<>(entry.endpointAddresses())));
    return addresses;
  }

  private static Map<String, Set<String>> addresses(Map<String, Set<String>> endpoints) {
    Map<String, Set<String>> addresses = new TreeMap<>();
    endpoints.forEach(
        (host, all) ->
            addresses.put(
                host,
                all.stream()
                    .map(endpoint -> endpoint.substring(0, endpoint.lastIndexOf(':')))
                    .collect(Collectors.toCollection(TreeSet::new))));
    return addresses;
  }

  /** Tells a person how it goes. */
  static void say(String format, Object... values) {
    System.out.println("soak: " + String.format(format, values));
  }

  @Override
  public void close() {
    mesh.close();
    gateway.close();
  }
}
