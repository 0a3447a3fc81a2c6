package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that changes held by an operator reach clients at once, and istiods as one push. */
@NeedsServer({"consul", "istiod-1.27.0", "istiod-1.18.2"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TransactionTest {
  private static final String TTL = "5m";

  private final ConsulServer server = ConsulServer.started();
  private final ConsulRegistry consul = new ConsulRegistry(server);
  private final TempTree tree = TempTree.create();
  private final FileRegistry files =
      new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
  private final GatewayProcess gateway =
      // What is removed here on purpose is not to be held for that.
      GatewayProcess.of(Fleet.configuration(List.of(consul, files), "guard: {share: 1}"));
  private final Operator operator = new Operator(gateway);
  private Istiods istiods;

  /** Ways to end a gateway. */
  enum End {
    SIGTERM(GatewayProcess::stop),
    SIGKILL(GatewayProcess::kill);

    private final Consumer<GatewayProcess> way;

    End(Consumer<GatewayProcess> way) {
      this.way = way;
    }
  }

  @BeforeAll
  void start() {
    for (int i = 0; i < 300; i++) {
      files.put("file-" + i, "1", at(i, 1));
    }
    for (int i = 0; i < 60; i++) {
      consul.put("consul-" + i, "1", at(i, 1));
      consul.put("consul-" + i, "2", at(i, 2));
    }
    gateway.start().awaitReady();
    istiods = Istiods.start(gateway.source()).awaitSynced();
    istiods.awaitHolding(this::expected);
  }

  private static Registered at(int service, int instance) {
    return Registered.at("10.%d.%d.%d".formatted(6 + instance, service / 250, service % 250), 8080);
  }

  @AfterEach
  void nothingStaysHeld() {
    operator.awaitItems("transactions", List::isEmpty);
    istiods.awaitHolding(this::expected);
  }

  @AfterAll
  void end() {
    istiods.close();
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
  void release_ofAThousandChanges_isOneResponseAndOnePush() {
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(expected().keySet());
      Map<String, Integer> marks = istiods.settle();
      int mark = client.mark();

      String id = operator.hold(TTL);
      changeAThousand();
      awaitWaiting(1000);
      assertThat(operator.run("get", "transactions")).contains(id, "1000");
      assertThat(operator.items("transactions")).hasSize(1);
      operator.awaitMetric(1, "fairlead_transactions");
      istiods.settle();
      assertNothing(client, mark, marks);

      operator.release(id);
      istiods.awaitHolding(this::expected);
      assertThat(istiods.awaitPushes(marks))
          .allSatisfy(
              (version, pushes) ->
                  assertThat(pushes).as("pushes of istiod %s", version).hasSize(1));
      assertThat(client.since(mark))
          .singleElement()
          .satisfies(
              response -> assertThat(response.versions().keySet()).isEqualTo(expected().keySet()));
      operator.awaitMetric(0, "fairlead_transactions");
    }
  }

  /** Of both registries: services added, removed and with other endpoints. */
  private void changeAThousand() {
    for (int i = 0; i < 600; i++) {
      files.put("file-new-" + i, "1", at(i, 3));
    }
    for (int i = 0; i < 100; i++) {
      files.drop("file-" + i);
    }
    for (int i = 100; i < 300; i++) {
      files.put("file-" + i, "2", at(i, 2));
    }
    for (int i = 0; i < 40; i++) {
      consul.put("consul-new-" + i, "1", at(i, 3));
    }
    for (int i = 0; i < 20; i++) {
      consul.remove("consul-" + i, "2");
    }
    for (int i = 20; i < 60; i++) {
      consul.put("consul-" + i, "3", at(i, 3));
    }
  }

  private void awaitWaiting(int changes) {
    operator.awaitItems(
        "transactions", open -> !open.isEmpty() && open.get(0).path("waiting").asInt() == changes);
  }

  private void assertNothing(SourceClient client, int mark, Map<String, Integer> marks) {
    assertThat(client.since(mark)).as("responses while it is held").isEmpty();
    assertThat(istiods.pushesSince(marks))
        .allSatisfy((version, pushes) -> assertThat(pushes).as("istiod %s", version).isEmpty());
  }

  @Test
  void timeLimit_publishesByItself() {
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(expected().keySet());
      int mark = client.mark();

      String id = operator.hold("2s");
      consul.put("limited-consul", "1", at(1, 1));
      files.put("limited-file", "1", at(1, 1));

      client.awaitNames(expected().keySet());
      assertThat(client.since(mark)).as("responses").hasSize(1);
      operator.awaitItems("transactions", List::isEmpty);
      GatewayProcess.Result late = gateway.run("release", id, "--admin", gateway.adminUrl());
      assertThat(late.exitCode()).as("release of what is over").isEqualTo(1);
    }
  }

  @Test
  void twoHolds_publishAtTheSecondRelease() {
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(expected().keySet());
      Map<String, Integer> marks = istiods.settle();
      int mark = client.mark();
      String one = operator.hold(TTL);
      String other = operator.hold(TTL);
      consul.put("twice-consul", "1", at(2, 1));
      files.put("twice-file", "1", at(2, 1));
      awaitWaiting(2);

      operator.release(one);
      List<JsonNode> open = operator.items("transactions");
      istiods.settle();
      assertNothing(client, mark, marks);
      assertThat(open)
          .singleElement()
          .satisfies(left -> assertThat(left.path("id").asText()).isEqualTo(other));

      operator.release(other);
      istiods.awaitHolding(this::expected);
      assertThat(client.since(mark)).hasSize(1);
      assertThat(istiods.awaitPushes(marks).values())
          .allSatisfy(pushes -> assertThat(pushes).hasSize(1));
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void restart_endsIt_andKeepsWhatWaited(End end) {
    operator.hold(TTL);
    String name = "restarted-" + end.name().toLowerCase(java.util.Locale.ROOT);
    consul.put(name, "1", at(3, 1));
    files.put(name, "1", at(3, 1));
    awaitWaiting(2);

    end.way.accept(gateway);
    gateway.start().awaitReady();

    assertThat(operator.items("transactions")).isEmpty();
    istiods.awaitHolding(this::expected);
  }
}
