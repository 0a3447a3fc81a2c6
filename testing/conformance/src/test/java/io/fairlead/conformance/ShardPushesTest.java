package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** An istiod with 64 sources pushes when and what it would push with one. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ShardPushesTest {
  private static final int SHARDS = 64;
  private static final int PLAIN = 1000;
  private static final String TTL = "5m";
  private static final String BARRIER = "barrier-0";

  private ShardedMesh mesh;
  // Each change of the barrier is one to something that it never was.
  private int barriers;

  @BeforeAll
  void start() {
    mesh = ShardedMesh.start(SHARDS, PLAIN);
    changeBarrier();
    mesh.awaitMirrored();
  }

  @AfterEach
  void nothingIsLost() {
    mesh.awaitMirrored();
    assertThat(mesh.istiods().refusals()).isEmpty();
  }

  @AfterAll
  void end() {
    mesh.close();
  }

  private void changeBarrier() {
    mesh.put(BARRIER, ++barriers);
  }

  @Test
  void oneEndpoint_isOnePushOfEndpoints() {
    Map<String, Integer> marks = mesh.istiods().settle();

    assertOnlyBarrierIsPushed(marks);
  }

  @Test
  void release_ofAThousandEndpoints_isOnePushOfEndpoints() {
    assertThat(pushesOfRelease(() -> moveAll(2)))
        .allSatisfy((version, pushes) -> OnePush.assertOfEndpoints(version, pushes, PLAIN));
  }

  private void moveAll(int variant) {
    for (int i = 0; i < PLAIN; i++) {
      mesh.put("file-" + i, variant);
    }
  }

  @Test
  void release_ofAThousandChanges_isOnePush() {
    for (int i = 0; i < 200; i++) {
      mesh.put("leaving-" + i, 1);
    }
    mesh.awaitMirrored();

    assertThat(pushesOfRelease(this::changeAThousand))
        .allSatisfy((version, pushes) -> assertThat(pushes).as("istiod %s", version).hasSize(1));
  }

  /** Services added, removed and with other endpoints. */
  private void changeAThousand() {
    for (int i = 0; i < 200; i++) {
      mesh.put("coming-" + i, 1);
      mesh.files().drop("leaving-" + i);
    }
    for (int i = 0; i < 600; i++) {
      mesh.put("file-" + i, 3);
    }
  }

  /**
   * Makes a thousand changes in one transaction; gives what was pushed, all of it after the end.
   */
  private Map<String, List<Push>> pushesOfRelease(Runnable aThousandChanges) {
    Istiods istiods = mesh.istiods();
    Operator operator = mesh.operator();
    Map<String, Integer> marks = istiods.settle();
    String id = operator.hold(TTL);
    aThousandChanges.run();
    operator.awaitItems(
        "transactions", open -> !open.isEmpty() && open.get(0).path("waiting").asInt() == 1000);
    istiods.settle();
    assertNoPush(marks);

    operator.release(id);
    mesh.awaitMirrored();
    return istiods.awaitPushes(marks);
  }

  @Test
  void restart_isNoPush() {
    Map<String, Integer> marks = mesh.istiods().settle();
    SortedMap<String, List<IstioConfig>> before = entries();

    mesh.restart("");

    mesh.istiods().settle();
    assertNoPush(marks);
    assertOnlyBarrierIsPushed(marks);
    ShardedMesh.assertSame(entries(), before);
  }

  // The last one, since connections come and go from then on.
  @Test
  @Order(Integer.MAX_VALUE)
  void connectionsOfFullAge_areReplacedWithoutAPushOrALoss() {
    Map<String, Integer> marks = mesh.istiods().settle();
    SortedMap<String, List<IstioConfig>> before = entries();
    Set<Long> streams = mesh.restart(", maxConnectionAge: 10s");

    mesh.awaitConnected(streams);

    mesh.istiods().settle();
    assertNoPush(marks);
    assertOnlyBarrierIsPushed(marks);
    ShardedMesh.assertSame(entries(), before);
    // Some are always on their way by now.
    moveAll(4);
    mesh.awaitMirrored();
  }

  private void assertNoPush(Map<String, Integer> marks) {
    assertThat(mesh.istiods().pushesSince(marks))
        .allSatisfy((version, pushes) -> assertThat(pushes).as("istiod %s", version).isEmpty());
  }

  /** Shows that istiods push on, and nothing but a change of one endpoint since the marks. */
  private void assertOnlyBarrierIsPushed(Map<String, Integer> marks) {
    changeBarrier();
    mesh.awaitMirrored();

    assertThat(mesh.istiods().awaitPushes(marks))
        .allSatisfy(
            (version, pushes) ->
                assertThat(OnePush.assertOfEndpoints(version, pushes, 1).cause())
                    .contains(BARRIER));
  }

  /** What the istiods hold, versions and creation times included, but for the barrier. */
  private SortedMap<String, List<IstioConfig>> entries() {
    SortedMap<String, List<IstioConfig>> entries = ShardedMesh.entries(mesh.istiods());
    entries.keySet().removeIf(name -> name.contains(BARRIER));
    return entries;
  }
}
