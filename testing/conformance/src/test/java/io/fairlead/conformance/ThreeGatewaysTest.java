package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Three gateways behind one address, as behind a Service: istiods go from one to another without a
 * push, and what an operator decides at one is so at all.
 */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class ThreeGatewaysTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String BARRIER = "barrier";
  private static final int MANY = 20;

  private final TempTree tree = TempTree.create();
  private final FileRegistry files =
      new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
  private final List<GatewayProcess> gateways = new ArrayList<>();

  ThreeGatewaysTest() {
    Fleet.populate(files);
    files.put(BARRIER, "1", Registered.at("10.3.0.1", 8080));
    files.put(BARRIER, "2", Registered.at("10.3.0.2", 8080));
    for (int i = 0; i < MANY; i++) {
      files.put("many-" + i, "1", Registered.at("10.3.1." + (i + 1), 8080));
    }
    for (int i = 0; i < 3; i++) {
      gateways.add(GatewayProcess.of("").shortLived());
    }
    String configuration =
        Fleet.configuration(
            List.of(files),
            "guard: {share: 0.1, atLeast: 5, confirmAfter: 1h}",
            "replicas: {addresses: ["
                + gateways.stream().map(GatewayProcess::adminUrl).collect(Collectors.joining(", "))
                + "]}");
    for (GatewayProcess gateway : gateways) {
      gateway.rewriteConfig(configuration);
      gateway.start();
    }
    gateways.forEach(GatewayProcess::awaitReady);
  }

  @AfterEach
  void end() {
    gateways.forEach(GatewayProcess::close);
    tree.close();
  }

  private static int port(GatewayProcess gateway) {
    String address = gateway.xdsAddress();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static GatewayProcess.Result run(GatewayProcess gateway, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--admin", gateway.adminUrl()));
    return gateway.run(all.toArray(new String[0]));
  }

  private static List<String> ids(GatewayProcess gateway, String kind) {
    return gateway.get("/api/v1/" + kind).path("items").findValuesAsText("id");
  }

  // What they all serve: one digest.
  private void awaitSame(List<GatewayProcess> some) {
    Awaitility.await("one digest")
        .atMost(LIMIT)
        .until(
            () ->
                some.stream()
                        .map(gateway -> gateway.get("/api/v1/replica").path("digest").asText())
                        .distinct()
                        .count()
                    == 1);
  }

  @Test
  void istiods_goFromOneGatewayToAnother_isNoPush() {
    GatewayProcess killed = gateways.get(0);
    GatewayProcess stopped = gateways.get(1);
    GatewayProcess last = gateways.get(2);
    try (FaultProxy service = FaultProxy.to(port(killed));
        Istiods istiods = Istiods.start("xds://127.0.0.1:" + service.port())) {
      istiods.awaitSynced();
      istiods.awaitHolding(() -> files.expected(Istiods.REVISION));
      awaitSame(gateways);

      Map<String, Integer> marks = istiods.settle();
      service.leadTo(port(stopped));
      killed.kill();
      new Operator(stopped).awaitConnected(istiods);
      assertOnlyTheBarrierIsPushed(istiods, marks);

      assertKilledIsNamed(stopped, killed);

      marks = istiods.settle();
      service.leadTo(port(last));
      stopped.stop();
      new Operator(last).awaitConnected(istiods);
      assertOnlyTheBarrierIsPushed(istiods, marks);
    }
  }

  // It arrives only where an istiod is connected again; what that caused would be pushed before or
  // with it.
  private void assertOnlyTheBarrierIsPushed(Istiods istiods, Map<String, Integer> marks) {
    Registered instance = files.instance(BARRIER, "1");
    files.put(BARRIER, "1", instance.withWeight(instance.weight() + 1));
    istiods.awaitHolding(() -> files.expected(Istiods.REVISION));
    assertThat(istiods.awaitPushes(marks))
        .hasSize(istiods.count())
        .allSatisfy(
            (version, pushes) ->
                assertThat(OnePush.assertOfEndpoints(version, pushes, 1).cause())
                    .contains(BARRIER));
  }

  // One of three killed: command, API and metric say which, and the others go on.
  private void assertKilledIsNamed(GatewayProcess asked, GatewayProcess killed) {
    GatewayProcess.Result hold = run(asked, "hold");
    assertThat(hold.exitCode()).isEqualTo(1);
    assertThat(hold.out()).isEmpty();
    assertThat(hold.err())
        .contains("nothing is held anywhere: ")
        .contains(killed.adminUrl())
        .contains("cannot be reached: connection refused")
        .contains("--force");
    GatewayProcess.Result shown = run(asked, "get", "replicas");
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out().lines())
        .filteredOn(line -> line.contains(killed.adminUrl()))
        .singleElement()
        .asString()
        .contains("unreachable for");
    assertThat(asked.metrics().sum("fairlead_replicas")).isEqualTo(3);
    assertThat(asked.metrics().sum("fairlead_replicas_reachable")).isEqualTo(2);
    JsonNode problems = asked.get("/api/v1/problems").path("items");
    assertThat(problems.findValuesAsText("kind")).contains("replica_unreachable");
    assertThat(problems.findValuesAsText("subject")).contains(killed.adminUrl());
    GatewayProcess.Result doctor = run(asked, "doctor");
    assertThat(doctor.exitCode()).isEqualTo(1);
    assertThat(doctor.out())
        .contains("replica_unreachable  " + killed.adminUrl(), "fairlead get replicas");
    for (GatewayProcess other : gateways.subList(1, 3)) {
      assertThat(other.isReady()).isTrue();
      assertThat(ids(other, "transactions")).isEmpty();
    }

    GatewayProcess.Result forced = run(asked, "hold", "--force");
    assertThat(forced.exitCode()).as(forced.err()).isZero();
    assertThat(forced.err())
        .contains(killed.adminUrl())
        .contains("Nothing is pushed at 2 of 3 replicas until ");
    String id = forced.out().strip();
    assertThat(ids(gateways.get(2), "transactions")).containsExactly(id);
    assertThat(run(asked, "release", id, "--force").exitCode()).isZero();
    assertThat(ids(gateways.get(2), "transactions")).isEmpty();
  }

  @Test
  void decisions_atOneReachAll() {
    GatewayProcess.Result hold = run(gateways.get(0), "hold", "--ttl", "5m");
    assertThat(hold.exitCode()).as(hold.err()).isZero();
    assertThat(hold.err()).contains("Nothing is pushed at all 3 replicas until ");
    String id = hold.out().strip();
    files.put("new", "1", Registered.at("10.3.2.1", 8080));
    for (GatewayProcess gateway : gateways) {
      assertThat(ids(gateway, "transactions")).containsExactly(id);
      Awaitility.await("the change waits")
          .atMost(LIMIT)
          .until(
              () ->
                  gateway.get("/api/v1/transactions").path("items").path(0).path("waiting").asInt()
                      > 0);
      assertThat(gateway.ask("/api/v1/resources/file/new.shop.file").status()).isEqualTo(404);
    }
    assertThat(run(gateways.get(1), "release", id).exitCode()).isZero();
    for (GatewayProcess gateway : gateways) {
      assertThat(ids(gateway, "transactions")).isEmpty();
      Awaitility.await("released")
          .atMost(LIMIT)
          .until(() -> gateway.ask("/api/v1/resources/file/new.shop.file").status() == 200);
    }

    for (int i = 0; i < MANY; i++) {
      files.drop("many-" + i);
    }
    for (GatewayProcess gateway : gateways) {
      Awaitility.await("all that is missing is held")
          .atMost(LIMIT)
          .until(
              () ->
                  unheld(gateway) == 0 && gateway.get("/api/v1/guards").path("items").size() == 1);
    }
    String guard = ids(gateways.get(2), "guards").get(0);
    GatewayProcess.Result approved = run(gateways.get(0), "approve", guard);
    assertThat(approved.exitCode()).as(approved.err()).isZero();
    assertThat(approved.err()).contains("published at all 3 replicas");
    for (GatewayProcess gateway : gateways) {
      Awaitility.await("approved").atMost(LIMIT).until(() -> served(gateway) == 0);
      assertThat(ids(gateway, "guards")).isEmpty();
    }
    awaitSame(gateways);
  }

  // How many of those services are served and not held.
  private static int unheld(GatewayProcess gateway) {
    int held = 0;
    for (JsonNode guard : gateway.get("/api/v1/guards").path("items")) {
      held += guard.path("heldServices").asInt();
    }
    return served(gateway) - held;
  }

  private static int served(GatewayProcess gateway) {
    return gateway.get("/api/v1/resources?q=many-").path("total").asInt();
  }
}
