package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.INTEGER;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Of 16 sources an istiod makes what one of its version makes of the one whole source. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ShardsTest {
  private static final int SHARDS = 16;
  private static final int PLAIN = 500;
  private static final int ROUTED = 40;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ShardedMesh mesh;
  private Istiods whole;

  @BeforeAll
  void start() {
    mesh = ShardedMesh.start(SHARDS, PLAIN);
    whole = Istiods.start(mesh.gateway().source()).awaitSynced();
  }

  @AfterAll
  void end() {
    whole.close();
    mesh.close();
  }

  /** Asserts it whatever was done, and whatever the tests before had done. */
  private void assertSourcesGiveTogetherWhatOneGives() {
    mesh.awaitMirrored();
    whole.awaitHolding(mesh::expected);
    ShardedMesh.assertSame(ShardedMesh.entries(mesh.istiods()), ShardedMesh.entries(whole));
    assertThat(mesh.istiods().refusals()).isEmpty();
  }

  @Test
  void start_spreadsTheEntries() {
    SortedMap<Integer, Set<Integer>> sent = mesh.sent("ServiceEntry");

    assertThat(sent).hasSize(SHARDS);
    assertThat(sent.values())
        .allSatisfy(counts -> assertThat(counts).singleElement(INTEGER).isPositive());
    assertThat(sent.values().stream().flatMap(Set::stream).mapToInt(Integer::intValue).sum())
        .isEqualTo(mesh.expected().size());

    assertSourcesGiveTogetherWhatOneGives();
  }

  @Test
  void services_changed_areTheSameFromBoth() {
    for (int i = 0; i < 100; i++) {
      mesh.put("file-" + i, 2);
    }
    for (int i = 100; i < 200; i++) {
      mesh.files().put("file-" + i, "2", ShardedMesh.at("file-" + i, 3).withLabel("version", "2"));
    }
    for (int i = 200; i < 220; i++) {
      mesh.files().remove("file-" + i, "1");
    }
    for (int i = 220; i < 240; i++) {
      mesh.files().put("file-" + i, "1", ShardedMesh.at("file-" + i, 1).withPort(9090));
    }

    assertSourcesGiveTogetherWhatOneGives();
  }

  @Test
  void services_added_areTheSameFromBoth() {
    for (int i = 0; i < 200; i++) {
      mesh.put("added-" + i, 1);
    }

    assertSourcesGiveTogetherWhatOneGives();
  }

  @Test
  void services_removed_areGoneFromBoth() {
    for (int i = 300; i < 400; i++) {
      mesh.files().drop("file-" + i);
    }

    assertSourcesGiveTogetherWhatOneGives();
  }

  @Test
  void services_ofAnotherRevision_areTheSameFromBoth() {
    for (int i = 400; i < 450; i++) {
      String service = "file-" + i;
      mesh.files().put(service, "1", ShardedMesh.at(service, 1).withRevisions("canary"));
    }
    for (int i = 450; i < 500; i++) {
      String service = "file-" + i;
      mesh.files().put(service, "1", ShardedMesh.at(service, 1).withRevisions(Istiods.REVISION));
    }

    assertSourcesGiveTogetherWhatOneGives();
  }

  @Test
  void routesAndTheirSubsets_areSpread_andTheSameFromBoth() throws IOException {
    for (int i = 0; i < ROUTED; i++) {
      mesh.route("file-" + i, 90);
    }
    awaitRoutes(90);
    assertThat(mesh.sent("VirtualService").values())
        .filteredOn(counts -> !counts.equals(Set.of(0)))
        .hasSizeGreaterThan(SHARDS / 2);

    for (int i = 0; i < ROUTED; i++) {
      mesh.route("file-" + i, 50);
    }
    awaitRoutes(50);
    assertThat(mesh.istiods().refusals()).isEmpty();
  }

  private void awaitRoutes(int weight) {
    for (Istiods istiods : List.of(mesh.istiods(), whole)) {
      istiods.each(
          (version, istiod) ->
              await("istiod " + version)
                  .atMost(LIMIT)
                  .untilAsserted(
                      () ->
                          assertThat(istiod.configs("VirtualService"))
                              .hasSize(ROUTED)
                              .allMatch(
                                  route ->
                                      route.spec().at("/http/0/route/0/weight").asInt()
                                          == weight)));
    }
    for (String kind : List.of("VirtualService", "DestinationRule")) {
      SortedMap<String, List<IstioConfig>> sharded = ShardedMesh.held(mesh.istiods(), kind);
      assertThat(sharded).hasSize(ROUTED * mesh.istiods().count());
      ShardedMesh.assertSame(sharded, ShardedMesh.held(whole, kind));
    }
  }
}
