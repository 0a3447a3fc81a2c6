package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.IstiodServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * A gateway with one registry, what clients of it see, and what its operator sees. Not thread-safe.
 */
final class WatchedGateway implements AutoCloseable {
  /** More than anything takes that is not a waiting time by design. */
  static final Duration LIMIT = Duration.ofSeconds(120);

  private static final Duration POLL = Duration.ofMillis(100);

  private final GatewayProcess process;
  private final MeshWatch mesh;

  /**
   * Starts one, and waits until it serves.
   *
   * @param registry the type of the registry, which is its name, too
   * @param keys the registry's further keys in YAML's flow style
   */
  WatchedGateway(String registry, String keys) {
    this(registry, keys, "");
  }

  /**
   * The same with more.
   *
   * @param more further keys of the configuration, in YAML
   */
  WatchedGateway(String registry, String keys, String more) {
    process =
        GatewayProcess.of(
            """
            xds: {address: "@xds@"}
            admin: {address: "@admin@"}
            store: {path: data/fairlead.db}
            %3$s
            registries:
            - {name: %1$s, type: %1$s, host: "{service}.mesh", %2$s}
            """
                .formatted(registry, keys, more));
    try {
      process.start().awaitReady();
      mesh = new MeshWatch(process);
    } catch (RuntimeException | Error e) {
      process.close();
      throw e;
    }
  }

  GatewayProcess process() {
    return process;
  }

  MeshWatch mesh() {
    return mesh;
  }

  /** The host of a service. */
  static String host(String service) {
    return service + ".mesh";
  }

  /** Waits until a service has exactly these endpoints. */
  void awaitEndpoints(String service, String... endpoints) {
    awaitEndpoints(LIMIT, service, endpoints);
  }

  /** Waits until a service has exactly these endpoints. */
  void awaitEndpoints(Duration limit, String service, String... endpoints) {
    mesh.await(
        service + " with " + Set.of(endpoints),
        limit,
        held -> Set.of(endpoints).equals(held.get(host(service))));
  }

  /** Waits until an istiod has endpoints with exactly these addresses. */
  static void awaitEndpoints(IstiodServer istiod, String... addresses) {
    Awaitility.await("istiod with " + List.of(addresses))
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        istiod.serviceEntries().stream()
                            .map(IstioConfig::endpointAddresses)
                            .flatMap(List::stream))
                    .containsExactlyInAnyOrder(addresses));
  }

  /** Waits until the mesh has that many services, and gives them. */
  SortedMap<String, Set<String>> awaitServices(int count) {
    mesh.await(count + " services", LIMIT, held -> held.size() == count);
    return new TreeMap<>(mesh.held());
  }

  /** Waits until the mesh no longer has a service. */
  void awaitGone(String service) {
    mesh.await("no " + service, LIMIT, held -> !held.containsKey(host(service)));
  }

  /** Waits until operators see that the registry cannot be read, and why. */
  void awaitProblem(String part) {
    Awaitility.await("failing: " + part)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(
            () -> {
              JsonNode registry = registry();
              assertThat(registry.path("state").asText()).as("%s", registry).isEqualTo("failing");
              assertThat(registry.path("problem").asText()).contains(part);
            });
    GatewayProcess.Result shown = process.run("get", "registries", "--admin", process.adminUrl());
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out()).containsIgnoringCase("failing");
    assertThat(process.metrics().sum("fairlead_registry_up")).isZero();
  }

  /** Waits until operators see that the registry is read. */
  void awaitUp() {
    Awaitility.await("up")
        .atMost(LIMIT)
        .pollInterval(POLL)
        .untilAsserted(
            () ->
                assertThat(registry().path("state").asText()).as("%s", registry()).isEqualTo("up"));
    assertThat(process.metrics().sum("fairlead_registry_up")).isEqualTo(1);
  }

  /** Waits until the log has a line with this text. */
  void awaitLog(String text) {
    process.process().awaitLine(text, LIMIT);
  }

  private JsonNode registry() {
    return process.get("/api/v1/registries").path("items").path(0);
  }

  /** Nothing that was in the mesh since the start has left it for a moment even. */
  void assertNothingLeft() {
    assertThat(mesh.losses()).isEmpty();
  }

  @Override
  public void close() {
    mesh.close();
    process.close();
  }
}
