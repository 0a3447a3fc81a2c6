package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A large loss of a registry is held until it is decided about; a small one is not. */
@NeedsServer("consul")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GuardTest {
  private static final int SERVICES = 60;
  // More than 30 %.
  private static final int LOSS = 20;
  private static final String SOON = "guard: {confirmAfter: 3s}";
  private static final String LATE = "guard: {confirmAfter: 1h}";

  private final ConsulServer server = ConsulServer.started();
  private final ConsulRegistry consul = new ConsulRegistry(server, WhenEmpty.GOES);
  private final GatewayProcess gateway = GatewayProcess.of(configuration(LATE));
  private final Operator operator = new Operator(gateway);

  @AfterEach
  void stop() {
    gateway.stop();
  }

  @AfterAll
  void end() {
    gateway.close();
    server.close();
  }

  private String configuration(String guard) {
    return Fleet.configuration(List.of(consul), guard);
  }

  /** All services are there and the gateway serves them. */
  private void startWithEverything(String guard) {
    for (int i = 0; i < SERVICES; i++) {
      if (consul.instances(service(i)).isEmpty()) {
        consul.put(service(i), "1", Registered.at("10.6.0." + (i + 1), 8080));
      }
    }
    gateway.rewriteConfig(configuration(guard));
    gateway.start().awaitReady();
    operator.awaitItems("guards", List::isEmpty);
    awaitServed(expected());
  }

  private static String service(int number) {
    return "guarded-%02d".formatted(number);
  }

  private void lose(int count) {
    for (int i = 0; i < count; i++) {
      consul.remove(service(i), "1");
    }
  }

  private SortedMap<String, MeshService> expected() {
    return consul.expected(Istiods.REVISION);
  }

  private void awaitServed(SortedMap<String, MeshService> services) {
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(services.keySet());
    }
  }

  /** What is served while nothing of what was known goes. */
  private SortedMap<String, MeshService> together(SortedMap<String, MeshService> known) {
    SortedMap<String, MeshService> together = new TreeMap<>(known);
    together.putAll(expected());
    return together;
  }

  @Test
  void loss_thatIsRejected_stays() {
    startWithEverything(LATE);
    SortedMap<String, MeshService> known = expected();
    gateway.stop();
    lose(LOSS);
    gateway.start().awaitReady();
    String id = operator.awaitGuard("consul", LOSS);

    operator.run("reject", id);

    assertThat(operator.guardOf("consul").path("state").asText()).isEqualTo("rejected");
    operator.awaitMetric(LOSS, "fairlead_guard_held", "registry", "consul");
    // What is new comes all the same, and after it what was rejected is still there.
    consul.put("guarded-new", "1", Registered.at("10.6.1.1", 8080));
    awaitServed(together(known));
    // It is no longer held once the registry gives it again.
    startAgain();
    operator.awaitItems("guards", List::isEmpty);
    awaitServed(expected());
    consul.remove("guarded-new", "1");
  }

  private void startAgain() {
    for (int i = 0; i < LOSS; i++) {
      consul.put(service(i), "1", Registered.at("10.6.0." + (i + 1), 8080));
    }
  }

  @Test
  void loss_thatTheRegistryConfirms_goesByItself() {
    startWithEverything(SOON);
    SortedMap<String, MeshService> known = expected();
    gateway.stop();
    lose(LOSS);
    gateway.start().awaitListening();
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      SourceClient.Response first = client.awaitServices(0, any -> true);
      assertThat(first.versions().keySet()).isEqualTo(known.keySet());

      client.awaitNames(expected().keySet());
    }
    operator.awaitItems("guards", List::isEmpty);
    operator.awaitMetric(0, "fairlead_guard_held");
    assertThat(gateway.process().linesSince(0))
        .anySatisfy(
            line -> assertThat(line).contains("registry consul", "are gone", "fairlead approve"))
        .anySatisfy(line -> assertThat(line).contains("registry consul", "have been missing for"));
  }

  @Test
  void loss_thatIsSmall_isNotHeld() {
    startWithEverything(LATE);
    gateway.stop();
    // 15 %.
    lose(9);
    gateway.start().awaitReady();

    awaitServed(expected());

    assertThat(operator.items("guards")).isEmpty();
    operator.awaitMetric(0, "fairlead_guard_held");
    // Nor while it runs.
    consul.remove(service(9), "1");
    awaitServed(expected());
    assertThat(operator.items("guards")).isEmpty();
  }

  @Test
  void loss_oneByOne_isHeldFromItsShareOn() {
    startWithEverything(LATE);
    int most = (int) (SERVICES * 0.3);
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      client.awaitNames(expected().keySet());

      lose(SERVICES / 2);

      operator.awaitItems(
          "guards",
          guards ->
              guards.size() == 1
                  && guards.get(0).path("heldServices").asInt() >= SERVICES / 2 - most);
      // What is new afterwards shows that nothing else goes.
      consul.put("guarded-later", "1", Registered.at("10.6.1.2", 8080));
      client.awaitServices(
          0, response -> response.versions().keySet().toString().contains("guarded-later"));
      assertThat(client.servicesSince(0))
          .isNotEmpty()
          .allSatisfy(
              response ->
                  assertThat(response.versions()).hasSizeGreaterThanOrEqualTo(SERVICES - most));
    }
    operator.run("approve", operator.guardOf("consul").path("id").asText());
    awaitServed(expected());
    consul.remove("guarded-later", "1");
  }
}
