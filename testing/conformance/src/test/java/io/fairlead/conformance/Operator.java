package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.harness.GatewayProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** An operator of a gateway: acts by the commands of the distribution, looks by the admin API. */
record Operator(GatewayProcess gateway) {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Runs a command against the gateway, which must end well; gives what it printed. */
  String run(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.add("--admin");
    all.add(gateway.adminUrl());
    GatewayProcess.Result result = gateway.run(all.toArray(String[]::new));
    assertThat(result.exitCode())
        .as("%s: %s%s", String.join(" ", arguments), result.out(), result.err())
        .isZero();
    return result.out();
  }

  /** The config sources that istiod is to be given, as {@code mesh-config} prints them. */
  List<String> meshConfig() {
    GatewayProcess.Result printed =
        gateway.run("mesh-config", "--config", gateway.config().toString());
    assertThat(printed.exitCode()).as(printed.err()).isZero();
    List<String> sources = new ArrayList<>();
    try {
      new YAMLMapper()
          .readTree(printed.out())
          .path("configSources")
          .forEach(source -> sources.add(source.path("address").asText()));
    } catch (JsonProcessingException e) {
      throw new AssertionError("mesh-config printed no YAML: " + printed.out(), e);
    }
    return sources;
  }

  /** Opens a transaction; gives its id. */
  String hold(String ttl) {
    return run("hold", "--ttl", ttl).strip();
  }

  /** Ends a transaction. */
  void release(String id) {
    run("release", id);
  }

  /** The items of a list of the admin API, such as {@code guards}. */
  List<JsonNode> items(String kind) {
    List<JsonNode> items = new ArrayList<>();
    gateway.get("/api/v1/" + kind + "?limit=10000").path("items").forEach(items::add);
    return items;
  }

  /** Waits until a list of the admin API passes. */
  void awaitItems(String kind, Predicate<List<JsonNode>> test) {
    await(kind)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              List<JsonNode> items = items(kind);
              assertThat(test.test(items)).as("%s: %s", kind, items).isTrue();
            });
  }

  /** Waits until a registry's guard holds the loss of exactly so many services; gives its id. */
  String awaitGuard(String registry, int services) {
    awaitItems(
        "guards",
        guards ->
            guards.stream()
                .anyMatch(
                    guard ->
                        guard.path("registry").asText().equals(registry)
                            && guard.path("heldServices").asInt() == services));
    return guardOf(registry).path("id").asText();
  }

  /** The one guard of a registry. */
  JsonNode guardOf(String registry) {
    List<JsonNode> guards =
        items("guards").stream()
            .filter(guard -> guard.path("registry").asText().equals(registry))
            .toList();
    assertThat(guards).as("guards of %s", registry).hasSize(1);
    return guards.get(0);
  }

  /** Waits until a metric, summed over what has the labels, has a value. */
  void awaitMetric(double value, String name, String... labels) {
    await(name)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              assertThat(gateway.metrics().has(name)).as("%s is there", name).isTrue();
              assertThat(gateway.metrics().sum(name, labels)).as(name).isEqualTo(value);
            });
  }

  /** Waits until as many clients as there are istiods have acknowledged ServiceEntries. */
  void awaitConnected(Istiods istiods) {
    awaitItems(
        "clients",
        clients -> clients.stream().filter(Operator::hasAcknowledged).count() == istiods.count());
  }

  /** Whether a client, as the admin API shows it, has acknowledged ServiceEntries. */
  static boolean hasAcknowledged(JsonNode client) {
    for (JsonNode subscription : client.path("subscriptions")) {
      if (subscription.path("type").asText().endsWith("/ServiceEntry")
          && !subscription.path("acknowledged").asText().isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
