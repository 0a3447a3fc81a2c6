package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that clients get no answer at all while not everything is known: nothing empty, nothing
 * partial.
 */
@NeedsServer({"consul", "istiod-1.27.0", "istiod-1.18.2"})
final class ReadinessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // Longer than a gateway takes to start on a busy machine.
  private static final String WAIT = "readiness: {wait: 15s}";

  private final ConsulServer server = ConsulServer.started();
  private final ConsulRegistry consul = new ConsulRegistry(server);
  private final TempTree tree = TempTree.create();
  private final FileRegistry files =
      new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
  private final GatewayProcess gateway = GatewayProcess.of(configuration(consul, files));

  ReadinessTest() {
    Fleet.populate(consul);
    Fleet.populate(files);
  }

  @AfterEach
  void end() {
    gateway.close();
    tree.close();
    server.close();
  }

  private static String configuration(MirroredRegistry... registries) {
    return Fleet.configuration(List.of(registries), WAIT);
  }

  private SortedMap<String, MeshService> expected() {
    SortedMap<String, MeshService> expected = new TreeMap<>(consul.expected(Istiods.REVISION));
    expected.putAll(files.expected(Istiods.REVISION));
    return expected;
  }

  @Test
  void emptyStore_andARegistryDown_isNoAnswer_thenTheFullOne() {
    server.stop();
    gateway.start().awaitListening();
    // Before the clients are started, which may take longer than the configured wait.
    awaitWaiting("overdue", false);
    try (SourceClient client = SourceClient.connect(gateway.xdsAddress());
        Istiods istiods = Istiods.start(gateway.source())) {
      // Longer than the configured wait.
      awaitWaiting("overdue", true);
      awaitSubscribed(1 + Istiods.versions().size());

      assertNoAnswer(client, istiods);
      assertThat(gateway.ask("/livez").status()).isEqualTo(200);
      await("log")
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(gateway.process().linesSince(0))
                      .anySatisfy(
                          line ->
                              assertThat(line)
                                  .contains("have not been answered for 15s", "consul")));

      server.start();
      SourceClient.Response first = client.awaitServices(0, any -> true);
      assertThat(first.versions().keySet()).isEqualTo(expected().keySet());
      istiods.awaitSynced().awaitHolding(this::expected);
      assertThat(gateway.ask("/readyz").status()).isEqualTo(200);
      assertThat(readyz().path("waitingFor")).isEmpty();
    }
  }

  @Test
  void lastKnownState_ofTheRegistryThatIsDown_isAnAnswer() {
    gateway.start().awaitReady();
    gateway.stop();
    server.stop();
    files.put("later", "1", Registered.at("10.1.7.1", 8080));

    // Whoever is told that it is ready can connect at once.
    gateway.start().awaitReady();

    try (SourceClient client = SourceClient.connect(gateway.xdsAddress())) {
      SourceClient.Response first = client.awaitServices(0, any -> true);
      // What came meanwhile to the other one may be there already.
      Set<String> known = new TreeSet<>(first.versions().keySet());
      known.add("file/" + files.host("later"));
      assertThat(known).isEqualTo(expected().keySet());
      client.awaitNames(expected().keySet());
      assertThat(gateway.isReady()).isTrue();
    }
  }

  @Test
  void lastKnownState_ofTheOthers_isNoAnswer_whereARegistryIsNew() {
    gateway.rewriteConfig(configuration(files));
    gateway.start().awaitReady();
    gateway.stop();
    server.stop();
    gateway.rewriteConfig(configuration(files, consul));

    gateway.start().awaitListening();

    try (SourceClient client = SourceClient.connect(gateway.xdsAddress());
        Istiods istiods = Istiods.start(gateway.source())) {
      awaitWaiting("overdue", true);
      awaitSubscribed(1 + Istiods.versions().size());
      assertNoAnswer(client, istiods);

      server.start();
      SourceClient.Response first = client.awaitServices(0, any -> true);
      assertThat(first.versions().keySet()).isEqualTo(expected().keySet());
      istiods.awaitSynced().awaitHolding(this::expected);
    }
  }

  /** Waits until {@code /readyz} names Consul alone, with a problem. */
  private void awaitWaiting(String flag, boolean value) {
    await("readyz")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              GatewayProcess.Answer answer = gateway.ask("/readyz");
              assertThat(answer.status()).as(answer.body()).isEqualTo(503);
              JsonNode body = json(answer);
              assertThat(body.path("ready").asBoolean(true)).isFalse();
              assertThat(body.path(flag).asBoolean(!value)).as(answer.body()).isEqualTo(value);
              assertThat(body.path("waitingFor")).as(answer.body()).hasSize(1);
              JsonNode waiting = body.path("waitingFor").path(0);
              assertThat(waiting.path("registry").asText()).isEqualTo("consul");
              assertThat(waiting.path("problem").asText())
                  .as("problem")
                  .isNotEmpty()
                  .isNotEqualTo("not read completely yet");
            });
  }

  /** Waits until so many clients have asked for something. */
  private void awaitSubscribed(int clients) {
    new Operator(gateway)
        .awaitItems(
            "clients",
            items ->
                items.stream().filter(client -> !client.path("subscriptions").isEmpty()).count()
                    == clients);
  }

  private void assertNoAnswer(SourceClient client, Istiods istiods) {
    assertThat(client.since(0)).as("answers of any type").isEmpty();
    istiods.each(
        (version, istiod) -> assertThat(istiod.isSynced()).as("istiod %s", version).isFalse());
    assertThat(gateway.metrics().sum("fairlead_responses_total")).isZero();
  }

  private JsonNode readyz() {
    return json(gateway.ask("/readyz"));
  }

  private static JsonNode json(GatewayProcess.Answer answer) {
    try {
      return new ObjectMapper().readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError("/readyz: " + answer + " (expected: JSON)", e);
    }
  }
}
