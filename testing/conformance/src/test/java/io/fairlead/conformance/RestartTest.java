package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A restart of the gateway is nothing that a running istiod notices. */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@FleetTest
final class RestartTest {
  private static final String BARRIER = "restart-barrier";

  private final Fleet fleet;

  RestartTest(Fleet fleet) {
    this.fleet = fleet;
  }

  /** Ways to end a gateway. */
  enum End {
    SIGTERM(GatewayProcess::stop),
    SIGKILL(GatewayProcess::kill),
    SIGTERM_AND_STORE_LOST(
        gateway -> {
          gateway.stop();
          gateway.deleteData();
        }),
    SIGTERM_AND_SCHEMA_1(
        gateway -> {
          gateway.stop();
          StoreCopy.toSchema(1, gateway.dataFolder().resolve("fairlead.db"));
        }),
    SIGTERM_AND_SCHEMA_2(
        gateway -> {
          gateway.stop();
          StoreCopy.toSchema(2, gateway.dataFolder().resolve("fairlead.db"));
        }),
    SIGKILL_AND_STORE_LOST(
        gateway -> {
          gateway.kill();
          gateway.deleteData();
        });

    private final Consumer<GatewayProcess> way;

    End(Consumer<GatewayProcess> way) {
      this.way = way;
    }
  }

  @BeforeAll
  void registerBarrier() {
    fleet.consul().put(BARRIER, "1", Registered.at("10.3.0.1", 8080));
    fleet.consul().put(BARRIER, "2", Registered.at("10.3.0.2", 8080));
    fleet.awaitMirrored();
  }

  @AfterEach
  void leaveTheFleetRunning() {
    if (!fleet.gateway().isRunning()) {
      fleet.gateway().start().awaitReady();
    }
  }

  // Those of older schemas are part of the upgrade.
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"SIGTERM_AND_SCHEMA_1", "SIGTERM_AND_SCHEMA_2"})
  void restart_isNoPush(End end) {
    fleet.awaitMirrored();
    Map<String, Integer> marks = fleet.istiods().settle();
    Map<String, Set<IstioConfig>> before = held();

    end.way.accept(fleet.gateway());
    fleet.gateway().start().awaitReady();
    // It arrives only where an istiod is connected again; what the restart caused would be
    // pushed before or with it.
    Registered instance = fleet.consul().instance(BARRIER, "1");
    fleet.consul().put(BARRIER, "1", instance.withWeight(instance.weight() + 1));
    fleet.awaitMirrored();

    assertThat(fleet.istiods().awaitPushes(marks))
        .allSatisfy((version, pushes) -> assertOnlyBarrier(version, pushes));
    assertThat(held()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void upgrade_migratesTheStoreAndKeepsTheOldOne(int schema) {
    Path file = fleet.gateway().dataFolder().resolve("fairlead.db");
    restart_isNoPush(schema == 1 ? End.SIGTERM_AND_SCHEMA_1 : End.SIGTERM_AND_SCHEMA_2);

    assertThat(fleet.gateway().process().linesSince(0))
        .anySatisfy(line -> assertThat(line).contains("from schema version " + schema + " to 3"));
    try (StoreCopy copy = StoreCopy.of(file.resolveSibling("fairlead.db.schema-" + schema))) {
      assertThat(copy.integrity()).isEqualTo("ok");
      assertThat(copy.schema()).isEqualTo(schema);
    }
    // What each resource was made of is found out by the first read, and written without a push.
    Awaitility.await("all origins")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              try (StoreCopy migrated = StoreCopy.of(file)) {
                assertThat(migrated.withoutOrigin()).isEmpty();
              }
            });
  }

  @Test
  void restart_changesNothingAboutServicesWithoutEndpoints() {
    MirroredRegistry files = fleet.registry("file");
    for (MirroredRegistry registry : List.of(files, fleet.consul(), fleet.brief())) {
      registry.put("restart-emptied", "1", Registered.at("10.3.1.1", 8080));
    }
    fleet.awaitMirrored();
    // Still in the file without an instance, no more in Consul's catalog, withdrawn already.
    files.remove("restart-emptied", "1");
    fleet.consul().remove("restart-emptied", "1");
    Registered down = Registered.at("10.3.1.1", 8080).withHealth(false);
    fleet.brief().put("restart-emptied", "1", down);
    fleet.awaitMirrored();

    restart_isNoPush(End.SIGTERM);

    for (MirroredRegistry registry : List.of(files, fleet.consul(), fleet.brief())) {
      registry.put("restart-emptied", "1", Registered.at("10.3.1.1", 8080));
    }
    fleet.awaitMirrored();
  }

  private static void assertOnlyBarrier(String version, List<Push> pushes) {
    assertThat(OnePush.assertOfEndpoints(version, pushes, 1).cause()).contains(BARRIER);
  }

  /** What the istiods hold, versions and creation times included, but for the barrier. */
  private Map<String, Set<IstioConfig>> held() {
    Map<String, Set<IstioConfig>> held = new LinkedHashMap<>();
    fleet
        .istiods()
        .each(
            (version, istiod) -> {
              Set<IstioConfig> entries = new HashSet<>(istiod.serviceEntries());
              entries.removeIf(entry -> entry.name().startsWith(BARRIER));
              held.put(version, entries);
            });
    return held;
  }
}
