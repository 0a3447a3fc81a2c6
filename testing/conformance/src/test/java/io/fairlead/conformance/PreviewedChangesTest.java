package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.Push;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Changed configurations of a running gateway with real istiods: exactly the entries that {@code
 * preview --diff} had named change, at the cost that it had named.
 */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class PreviewedChangesTest {
  private static final int PLAIN = 12;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String DC = "- {name: dc, type: file, path: dc, protocol: http%s}\n";
  private static final String NAMES = "- {name: names, type: file, path: names%s}\n";

  private final GatewayProcess gateway =
      GatewayProcess.of(configuration("", DC.formatted("") + NAMES.formatted("")));
  private final Operator operator = new Operator(gateway);

  private static String configuration(String more, String registries) {
    return "xds: {address: @xds@}\nadmin: {address: @admin@}\nguard: {atLeast: 5}\n"
        + more
        + "registries:\n"
        + registries;
  }

  @AfterEach
  void end() {
    gateway.close();
  }

  private void startWith(String configuration) throws IOException {
    gateway.rewriteConfig(configuration);
    for (int i = 0; i < PLAIN; i++) {
      service("dc", "svc-" + i, "10.0.0." + (i + 1));
    }
    service("half", "svc-0", "10.0.0.1");
    service("names", "mail", "mail.example.com");
    gateway.start().awaitReady();
  }

  // Each with an endpoint of its own and one on the loopback, which is left out at first.
  private void service(String directory, String name, String address) throws IOException {
    Path folder = Files.createDirectories(gateway.folder().resolve(directory));
    Files.writeString(
        folder.resolve(name + ".yaml"),
        "services: [{name: %s, instances: [{address: %s, port: 80}, {address: 127.0.0.1, port: 80}]}]\n"
            .formatted(name, address),
        StandardCharsets.UTF_8);
  }

  /** What the command says of another configuration, which is not in force yet. */
  private JsonNode preview(String configuration, int code) throws IOException {
    String present = Files.readString(gateway.config());
    String begin = present.substring(0, present.indexOf("guard:"));
    Path next = gateway.config().resolveSibling("next.yaml");
    Files.writeString(next, begin + configuration.substring(configuration.indexOf("guard:")));
    GatewayProcess.Result result =
        gateway.run(
            "preview",
            "--config",
            next.toString(),
            "--diff",
            "--admin",
            gateway.adminUrl(),
            "-o",
            "json");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(code);
    try {
      return new JsonMapper().readTree(result.out());
    } catch (JsonProcessingException e) {
      throw new AssertionError(result.out(), e);
    }
  }

  private static Set<String> named(JsonNode preview) {
    Set<String> names = new TreeSet<>();
    for (JsonNode change : preview.path("changes")) {
      if (!change.path("change").asText().equals("held")) {
        names.add(change.path("resource").asText());
        if (change.has("newResource")) {
          names.add(change.path("newResource").asText());
        }
      }
    }
    return names;
  }

  private static Map<String, IstioConfig> held(IstiodServer istiod) {
    Map<String, IstioConfig> held = new HashMap<>();
    istiod.configs().forEach(config -> held.put(config.fullName(), config));
    return held;
  }

  private static Set<String> differing(
      Map<String, IstioConfig> before, Map<String, IstioConfig> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> before.containsKey(name) && before.get(name).equals(after.get(name)));
    return names;
  }

  private static Map<String, Map<String, IstioConfig>> held(Istiods istiods) {
    Map<String, Map<String, IstioConfig>> held = new HashMap<>();
    istiods.each((version, istiod) -> held.put(version, held(istiod)));
    return held;
  }

  /** Previews a configuration, applies it, and waits until istiods have what was named. */
  private JsonNode apply(Istiods istiods, String configuration) throws IOException {
    Map<String, Map<String, IstioConfig>> before = held(istiods);
    JsonNode preview = preview(configuration, 3);
    gateway.rewriteConfig(configuration);
    istiods.each(
        (version, istiod) ->
            await("istiod " + version)
                .atMost(LIMIT)
                .untilAsserted(
                    () ->
                        assertThat(
                                differing(
                                    Objects.requireNonNull(before.get(version)), held(istiod)))
                            .isEqualTo(named(preview))));
    return preview;
  }

  private static void assertCost(JsonNode preview, int none, int endpoints, int full) {
    assertThat(preview.path("summary").path("pushes").toString())
        .isEqualTo("{\"none\":%d,\"endpoints\":%d,\"full\":%d}".formatted(none, endpoints, full));
    assertThat(preview.path("summary").path("commits").asInt()).isEqualTo(1);
  }

  private static void assertOnePush(Map<String, List<Push>> pushes, boolean full) {
    assertThat(pushes)
        .allSatisfy(
            (version, all) -> {
              assertThat(all).as("pushes of istiod %s", version).hasSize(1);
              assertThat(all.get(0).isFull()).as("istiod %s", version).isEqualTo(full);
            });
  }

  @Test
  void changes_areThoseThatWereNamed_eachInOnePushAtTheNamedCost() throws Exception {
    String both = DC.formatted("") + NAMES.formatted("");
    startWith(configuration("", both));
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      operator.awaitConnected(istiods);
      Map<String, Integer> marks = istiods.settle();

      // Another priority is another creation time, and nothing else.
      String older = ", priority: 200";
      assertCost(
          apply(istiods, configuration("", DC.formatted(older) + NAMES.formatted(""))),
          PLAIN,
          0,
          0);
      istiods.settle();
      assertThat(istiods.pushesSince(marks))
          .allSatisfy(
              (version, pushes) -> {
                if (version.equals(Istiods.NEWEST)) {
                  assertThat(pushes).isEmpty();
                } else {
                  // It does not compare endpoints, and pushes those that are as before.
                  assertThat(pushes).noneMatch(Push::isFull);
                }
              });

      // Where endpoints are host names nothing is compared.
      marks = istiods.settle();
      assertCost(
          apply(istiods, configuration("", DC.formatted(older) + NAMES.formatted(older))), 0, 0, 1);
      assertOnePush(istiods.awaitPushes(marks), true);

      marks = istiods.settle();
      String loopback = older + ", allowLoopback: true";
      assertCost(
          apply(istiods, configuration("", DC.formatted(loopback) + NAMES.formatted(older))),
          0,
          PLAIN,
          0);
      assertOnePush(istiods.awaitPushes(marks), false);

      marks = istiods.settle();
      String hidden = loopback + ", exportTo: [\".\", shop]";
      assertCost(
          apply(istiods, configuration("", DC.formatted(hidden) + NAMES.formatted(older))),
          0,
          0,
          PLAIN);
      assertOnePush(istiods.awaitPushes(marks), true);

      marks = istiods.settle();
      String renamed = hidden + ", host: \"{service}.shop.internal\"";
      JsonNode preview =
          apply(istiods, configuration("", DC.formatted(renamed) + NAMES.formatted(older)));
      assertCost(preview, 0, 0, PLAIN);
      assertThat(preview.path("summary").path("renamed").asInt()).isEqualTo(PLAIN);
      assertOnePush(istiods.awaitPushes(marks), true);

      // Most of a registry would go: the guard holds it, as was said before.
      marks = istiods.settle();
      Map<String, Map<String, IstioConfig>> before = held(istiods);
      String half =
          configuration(
              "", DC.replace("path: dc", "path: half").formatted(renamed) + NAMES.formatted(older));
      JsonNode loss = preview(half, 3);
      gateway.rewriteConfig(half);
      operator.awaitGuard("dc", PLAIN - 1);
      assertThat(loss.path("summary").path("hosts").asInt()).isZero();
      assertThat(loss.path("summary").path("held").asInt()).isEqualTo(PLAIN - 1);
      assertThat(loss.path("guards").path(0).path("heldServices").asInt()).isEqualTo(PLAIN - 1);
      istiods.settle();
      assertThat(istiods.pushesSince(marks))
          .allSatisfy((version, pushes) -> assertThat(pushes).as(version).isEmpty());
      assertThat(held(istiods)).isEqualTo(before);
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  @Test
  void changesOfRules_areThoseThatWereNamed_eachInOneCommitAndOnePush() throws Exception {
    String both = DC.formatted("") + NAMES.formatted("");
    startWith(configuration("", both));
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      operator.awaitConnected(istiods);
      Map<String, Integer> marks = istiods.settle();

      // A service of HTTP and one of TCP get an alias each, in an entry of its own.
      String aliases =
          "rules:\n"
              + "- {when: {service: svc-2}, traffic: {protocol: tcp, extraPorts: [9090]}}\n"
              + "- {when: {service: [svc-2, svc-3]}, alias: \"{service}.alias\"}\n";
      JsonNode preview = apply(istiods, configuration(aliases, both));
      assertThat(named(preview))
          .containsExactlyInAnyOrder("file/svc-2.file", "file/svc-2.alias", "file/svc-3.alias");
      assertCost(preview, 0, 0, 3);
      assertOnePush(istiods.awaitPushes(marks), true);
      istiods.each(
          (version, istiod) -> {
            Map<String, IstioConfig> held = held(istiod);
            IstioConfig service = Objects.requireNonNull(held.get("file/svc-2.file"));
            IstioConfig alias = Objects.requireNonNull(held.get("file/svc-2.alias"));
            assertThat(alias.texts("hosts")).as(version).containsExactly("svc-2.alias");
            assertThat(alias.spec().path("ports"))
                .isEqualTo(service.spec().path("ports"))
                .hasSize(2);
            assertThat(alias.endpointAddresses()).isEqualTo(service.endpointAddresses());
            assertThat(alias.texts("addresses"))
                .hasSize(1)
                .doesNotContainAnyElementsOf(service.texts("addresses"));
          });

      // Three services become one entry under the host of the first, and are apart again.
      marks = istiods.settle();
      String merged =
          aliases
              + "- {when: {service: [svc-4, svc-5, svc-6]}, name: {host: svc-4.file, merge: true}}\n";
      preview = apply(istiods, configuration(merged, both));
      assertThat(named(preview))
          .containsExactlyInAnyOrder("file/svc-4.file", "file/svc-5.file", "file/svc-6.file");
      assertThat(preview.path("summary").path("removed").asInt()).isEqualTo(2);
      assertThat(preview.path("changes").toString()).contains("merged into svc-4.file");
      assertThat(preview.path("summary").path("commits").asInt()).isEqualTo(1);
      assertThat(preview.path("guards")).isEmpty();
      assertOnePush(istiods.awaitPushes(marks), true);
      istiods.each(
          (version, istiod) ->
              assertThat(
                      Objects.requireNonNull(held(istiod).get("file/svc-4.file"))
                          .endpointAddresses())
                  .as(version)
                  .containsExactlyInAnyOrder("10.0.0.5", "10.0.0.6", "10.0.0.7"));
      marks = istiods.settle();
      preview = apply(istiods, configuration(aliases, both));
      assertThat(preview.path("summary").path("added").asInt()).isEqualTo(2);
      assertThat(preview.path("summary").path("commits").asInt()).isEqualTo(1);
      assertOnePush(istiods.awaitPushes(marks), true);

      // A rule about two registries.
      marks = istiods.settle();
      String shown = aliases + "- {visibility: {exportTo: [\".\", shop], labels: {team: pay}}}\n";
      preview = apply(istiods, configuration(shown, both));
      assertCost(preview, 0, 0, PLAIN + 3);
      assertOnePush(istiods.awaitPushes(marks), true);

      // A typo would leave out a whole registry: its guard holds it, as was said before.
      marks = istiods.settle();
      Map<String, Map<String, IstioConfig>> before = held(istiods);
      String typo =
          configuration(shown + "- {when: {service: [\"scv-*\", mail]}, select: keep}\n", both);
      JsonNode loss = preview(typo, 3);
      assertThat(named(loss)).isEmpty();
      assertThat(loss.path("guards").path(0).path("heldServices").asInt()).isEqualTo(PLAIN + 2);
      gateway.rewriteConfig(typo);
      operator.awaitGuard("dc", PLAIN + 2);
      istiods.settle();
      assertThat(istiods.pushesSince(marks))
          .allSatisfy((version, pushes) -> assertThat(pushes).as(version).isEmpty());
      assertThat(held(istiods)).isEqualTo(before);
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  private void route(String folder, String name, String label, int weight) throws IOException {
    Files.writeString(
        Files.createDirectories(gateway.folder().resolve(folder)).resolve(name + ".yaml"),
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: shop, labels: {team: %2$s}}
        spec:
          hosts: [svc-1.file]
          http:
          - route:
            - {destination: {host: svc-1.file}, weight: %3$d}
            - {destination: {host: svc-2.file}, weight: %4$d}
        """
            .formatted(name, label, weight, 100 - weight),
        StandardCharsets.UTF_8);
  }

  private static String documents(String folder) {
    return "configs: [{name: git, type: file, path: %s}]\n".formatted(folder);
  }

  @Test
  void changesOfDocuments_areThoseThatWereNamed_atTheNamedCost() throws Exception {
    String registries = DC.formatted("");
    route("one", "split", "pay", 90);
    route("one", "old", "pay", 10);
    route("relabelled", "split", "buy", 90);
    route("relabelled", "old", "pay", 10);
    route("two", "split", "buy", 50);
    route("two", "new", "pay", 10);
    startWith(configuration(documents("one"), registries));
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      operator.awaitConnected(istiods);
      Map<String, Integer> marks = istiods.settle();

      JsonNode preview = apply(istiods, configuration(documents("relabelled"), registries));
      assertThat(named(preview)).containsExactly("shop/split");
      assertCost(preview, 1, 0, 0);
      istiods.settle();
      assertThat(istiods.pushesSince(marks))
          .allSatisfy((version, pushes) -> assertThat(pushes).as(version).isEmpty());

      marks = istiods.settle();
      preview = apply(istiods, configuration(documents("two"), registries));
      assertThat(named(preview)).containsExactly("shop/new", "shop/old", "shop/split");
      assertThat(preview.path("summary").path("documents").asInt()).isEqualTo(3);
      assertCost(preview, 0, 0, 3);
      assertOnePush(istiods.awaitPushes(marks), true);
      assertThat(istiods.refusals()).isEmpty();
    }
  }

  @Test
  void changeOfEndpoints_ofServicesWithTwoAddresses_isAFullPush() throws Exception {
    String ranges = "virtualIps: {range: [241.0.0.0/8, \"fd00:241::/64\"]}\n";
    startWith(configuration(ranges, DC.formatted("")));
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      operator.awaitConnected(istiods);
      Map<String, Integer> marks = istiods.settle();

      assertCost(
          apply(istiods, configuration(ranges, DC.formatted(", allowLoopback: true"))),
          0,
          0,
          PLAIN);
      assertOnePush(istiods.awaitPushes(marks), true);
    }
  }
}
