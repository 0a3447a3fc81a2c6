package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** istiods of different revisions get what is theirs. */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@FleetTest
final class RevisionsTest {
  private static final String CANARY = "canary";

  private final Fleet fleet;
  private final IstiodServer canary;

  RevisionsTest(Fleet fleet) {
    this.fleet = fleet;
    this.canary =
        IstiodServer.builder(Istiods.NEWEST)
            .sources(fleet.gateway().source())
            .revision(CANARY)
            .start();
  }

  @BeforeAll
  void registerServices() {
    for (MirroredRegistry registry : fleet.registries()) {
      put(registry, "revision-none", "");
      put(registry, "revision-default", Istiods.REVISION);
      put(registry, "revision-canary", CANARY);
      put(registry, "revision-both", CANARY + "," + Istiods.REVISION);
      put(registry, "revision-moving", Istiods.REVISION);
    }
    canary.awaitSynced();
  }

  @AfterAll
  void endCanary() {
    canary.close();
  }

  private static void put(MirroredRegistry registry, String service, String revisions) {
    registry.put(service, "1", Registered.at("10.4.0.1", 8080).withRevisions(revisions));
  }

  private void awaitBothMirrored() {
    fleet.awaitMirrored();
    Istiods.awaitHolding(CANARY, canary, fleet.expected(CANARY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void serviceEntries_areThoseOfTheRevision(String name) {
    MirroredRegistry registry = fleet.registry(name);
    awaitBothMirrored();

    // The expectation itself, so that it cannot be wrong for both in the same way.
    assertThat(hosts(registry.expected(Istiods.REVISION)))
        .contains("revision-none", "revision-default", "revision-both")
        .doesNotContain("revision-canary");
    assertThat(hosts(registry.expected(CANARY)))
        .contains("revision-none", "revision-canary", "revision-both")
        .doesNotContain("revision-default");
    assertThat(canary.refusalsSince(0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"consul", "nacos", "file"})
  void change_ofTheRevision_movesTheService(String name) {
    MirroredRegistry registry = fleet.registry(name);
    awaitBothMirrored();
    assertThat(hosts(registry.expected(CANARY))).doesNotContain("revision-moving");

    put(registry, "revision-moving", CANARY);
    awaitBothMirrored();
    assertThat(hosts(registry.expected(Istiods.REVISION))).doesNotContain("revision-moving");

    put(registry, "revision-moving", CANARY + "," + Istiods.REVISION);
    awaitBothMirrored();

    put(registry, "revision-moving", "");
    awaitBothMirrored();
    assertThat(hosts(registry.expected(CANARY))).contains("revision-moving");
  }

  private static Set<String> hosts(SortedMap<String, MeshService> services) {
    return services.values().stream()
        .map(service -> service.hosts().get(0))
        .map(host -> host.substring(0, host.indexOf('.')))
        .collect(java.util.stream.Collectors.toSet());
  }
}
