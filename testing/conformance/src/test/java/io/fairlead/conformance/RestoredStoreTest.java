package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A gateway that comes back with an old store, or again and again while registries change, costs
 * running istiods no more than what has changed.
 */
@NeedsServer({"consul", "nacos-server", "istiod-1.27.0", "istiod-1.18.2"})
@FleetTest
final class RestoredStoreTest {
  private static final int CHANGES = 50;
  private static final int SERVICES = 10;

  private final Fleet fleet;
  private int changes;

  RestoredStoreTest(Fleet fleet) {
    this.fleet = fleet;
  }

  @AfterEach
  void leaveTheFleetRunning() {
    if (!fleet.gateway().isRunning()) {
      fleet.gateway().start().awaitReady();
    }
  }

  /** Changes one endpoint of one service, of each registry in turn. */
  private void change(String word) {
    MirroredRegistry registry =
        List.of(fleet.consul(), fleet.nacos(), fleet.registry("file")).get(changes % 3);
    String address = "10.6." + changes / 250 + "." + (1 + changes % 250);
    registry.put(word + "-" + changes % SERVICES, "1", Registered.at(address, 8080));
    changes++;
  }

  private void register(String word) {
    // One of each service in each registry, as 3 and 10 have no divisor in common.
    for (int i = 0; i < 3 * SERVICES; i++) {
      change(word);
    }
    fleet.awaitMirrored();
  }

  @Test
  void oldStore_putBack_isPushedForWhatChangedOnly() {
    register("restored");
    fleet.gateway().stop();
    try (StoreCopy old = StoreCopy.of(fleet.gateway().dataFolder().resolve("fairlead.db"))) {
      long oldNumber = old.lastNumber();
      fleet.gateway().start().awaitReady();
      for (int i = 0; i < CHANGES; i++) {
        change("restored");
      }
      fleet.awaitMirrored();
      fleet.istiods().settle();
      Map<String, Map<String, IstioConfig>> before = held();
      fleet.gateway().stop();
      try (StoreCopy newest = StoreCopy.of(fleet.gateway().dataFolder().resolve("fairlead.db"))) {
        assertThat(newest.lastNumber()).isGreaterThan(oldNumber);
      }
      old.restore();
      Map<String, Integer> marks = fleet.istiods().settle();

      // What has changed since the copy is there twice: as it was, then as it is.
      fleet.gateway().start().awaitReady();
      Set<String> changed = new TreeSet<>();
      for (int i = 0; i < 3; i++) {
        changed.add("restored-" + changes % SERVICES);
        change("restored");
      }
      fleet.awaitMirrored();
      fleet.istiods().awaitPushes(marks);

      assertPushesAreOnlyAbout("restored-", fleet.istiods().pushesSince(marks));
      assertThat(held())
          .allSatisfy(
              (version, entries) ->
                  assertThat(differing(before.getOrDefault(version, Map.of()), entries))
                      .as("changed in istiod %s", version)
                      .isNotEmpty()
                      .allMatch(
                          name -> changed.stream().anyMatch(it -> name.contains("/" + it + "."))));
    }
  }

  @Test
  void kills_inARowWhileRegistriesChange_arePushedForWhatChangedOnly() {
    register("killed");
    Map<String, Integer> marks = fleet.istiods().settle();
    Map<String, Map<String, IstioConfig>> before = held();

    for (int kill = 0; kill < 5; kill++) {
      for (int i = 0; i < 5; i++) {
        change("killed");
      }
      fleet.gateway().kill();
      for (int i = 0; i < 5; i++) {
        change("killed");
      }
      fleet.gateway().start().awaitReady();
    }
    change("killed");
    fleet.awaitMirrored();

    assertPushesAreOnlyAbout("killed-", fleet.istiods().awaitPushes(marks));
    assertThat(held())
        .allSatisfy(
            (version, entries) ->
                assertThat(differing(before.getOrDefault(version, Map.of()), entries))
                    .as("changed in istiod %s", version)
                    .isNotEmpty()
                    .allMatch(name -> name.contains("/killed-")));
  }

  private static void assertPushesAreOnlyAbout(String word, Map<String, List<Push>> pushes) {
    assertThat(pushes)
        .allSatisfy(
            (version, some) ->
                assertThat(some)
                    .as("pushes of istiod %s", version)
                    .isNotEmpty()
                    .allSatisfy(
                        push -> {
                          // Endpoints only: a full push would mean that an entry went or changed.
                          assertThat(push.isFull()).isFalse();
                          assertThat(push.cause()).contains(word);
                        }));
  }

  /** What the istiods hold, by version and name. */
  private Map<String, Map<String, IstioConfig>> held() {
    Map<String, Map<String, IstioConfig>> held = new LinkedHashMap<>();
    fleet
        .istiods()
        .each(
            (version, istiod) -> {
              Map<String, IstioConfig> entries = new HashMap<>();
              istiod.serviceEntries().forEach(entry -> entries.put(entry.fullName(), entry));
              held.put(version, entries);
            });
    return held;
  }

  private static Set<String> differing(
      Map<String, IstioConfig> before, Map<String, IstioConfig> after) {
    Set<String> names = new HashSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> before.containsKey(name) && before.get(name).equals(after.get(name)));
    return names;
  }
}
