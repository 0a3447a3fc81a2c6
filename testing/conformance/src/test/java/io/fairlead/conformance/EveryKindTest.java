package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstiodServer;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/**
 * A document of each kind of Istio configuration in a folder, as real istiods take it. The
 * documents are cases of the validation, and the ones whose text is what protobuf's JSON form says,
 * so that what an istiod holds can be compared with them word by word.
 */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class EveryKindTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path CASES =
      Path.of(System.getProperty("fairlead.root"), "configs/core/src/test/resources/cases");
  private static final String ACCEPTED = "accepted";
  private static final YAMLMapper YAML = new YAMLMapper();

  /**
   * A kind, two of its cases, and the version of its group that istiods ask for.
   *
   * @param older the version up to istiod 1.23
   * @param newer the version from 1.24 on
   */
  private record Kind(String name, String first, String second, String older, String newer) {
    /** Returns the key of its document in what an istiod holds. */
    String key(String istiod) {
      String apiVersion = minor(istiod) < 24 ? older : newer;
      return "%s %s shop/%s".formatted(apiVersion, name, lower(name));
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          networking("DestinationRule", "subsets", "failover-priority"),
          networking("Gateway", "mutual-credential", "simple"),
          networking("ServiceEntry", "static", "selector"),
          networking("Sidecar", "egress-port", "ingress-tls"),
          networking("VirtualService", "matches", "header-operations"),
          networking("WorkloadEntry", "ports", "labels"),
          networking("WorkloadGroup", "labels", "times"),
          always("EnvoyFilter", "selector", "network-filter", "networking.istio.io/v1alpha3"),
          always("ProxyConfig", "all", "image", "networking.istio.io/v1beta1"),
          always("WasmPlugin", "config", "vm", "extensions.istio.io/v1alpha1"),
          security("AuthorizationPolicy", "conditions", "addresses"),
          security("PeerAuthentication", "ports", "selector"),
          security("RequestAuthentication", "params", "jwks"),
          new Kind(
              "Telemetry",
              "metrics",
              "tags",
              "telemetry.istio.io/v1alpha1",
              "telemetry.istio.io/v1"));

  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: @xds@}
          admin: {address: @admin@}
          registries:
          - {name: services, type: file, path: services, host: "{service}.registered"}
          configs:
          - {name: mesh, type: file, path: mesh}
          """);

  private static Kind networking(String name, String first, String second) {
    return new Kind(name, first, second, "networking.istio.io/v1alpha3", "networking.istio.io/v1");
  }

  private static Kind security(String name, String first, String second) {
    return new Kind(name, first, second, "security.istio.io/v1beta1", "security.istio.io/v1");
  }

  private static Kind always(String name, String first, String second, String version) {
    return new Kind(name, first, second, version, version);
  }

  /**
   * Returns a case as a document that is named as its kind. Its hosts have dots, as istiods write
   * the namespace behind one that has none.
   */
  private static String document(String verdict, String kind, String name) throws IOException {
    String head = "# " + verdict + ": " + name + "\n";
    for (String part : Files.readString(CASES.resolve(kind + ".yaml")).split("(?m)^---\n")) {
      if (part.startsWith(head)) {
        return part.replace("{name: " + name + ",", "{name: " + lower(kind) + ",")
            .replace("reviews", "reviews.example.com");
      }
    }
    throw new AssertionError(kind + ": no case " + name);
  }

  private static String lower(String kind) {
    return kind.toLowerCase(Locale.ROOT);
  }

  private static int minor(String istiod) {
    return Integer.parseInt(istiod.split("\\.")[1]);
  }

  private Path file(String kind) {
    return gateway.folder().resolve("mesh").resolve(kind + ".yaml");
  }

  private void write(String kind, String text) throws IOException {
    Path whole = file(kind).resolveSibling("." + kind);
    Files.createDirectories(whole.getParent());
    Files.writeString(whole, text);
    Files.move(whole, file(kind), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns what an istiod of a version holds if it has all documents that are in the folder. */
  private TreeMap<String, JsonNode> expected(String version) throws IOException {
    TreeMap<String, JsonNode> expected = new TreeMap<>();
    for (Kind kind : KINDS) {
      if (Files.exists(file(kind.name()))) {
        JsonNode document = YAML.readTree(Files.readString(file(kind.name())));
        expected.put(kind.key(version), document.path("spec"));
      }
    }
    return expected;
  }

  /** Returns the key of the VirtualService in what an istiod holds. */
  private static String routes(String version) {
    return KINDS.stream()
        .filter(kind -> kind.name().equals("VirtualService"))
        .map(kind -> kind.key(version))
        .findFirst()
        .orElseThrow();
  }

  private static TreeMap<String, JsonNode> held(IstiodServer istiod) {
    TreeMap<String, JsonNode> held = new TreeMap<>();
    istiod
        .configs()
        .forEach(
            config ->
                held.put(
                    "%s %s %s".formatted(config.apiVersion(), config.kind(), config.fullName()),
                    config.spec()));
    return held;
  }

  private void awaitHeld(Istiods istiods) {
    istiods.each((version, istiod) -> awaitHeld(version, istiod, () -> expected(version)));
  }

  private static void awaitHeld(
      String version, IstiodServer istiod, Callable<TreeMap<String, JsonNode>> expected) {
    await("istiod " + version)
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(differences(held(istiod), expected.call())).isEmpty());
  }

  private static List<String> differences(
      TreeMap<String, JsonNode> held, TreeMap<String, JsonNode> expected) {
    Set<String> keys = new TreeSet<>(held.keySet());
    keys.addAll(expected.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(held.get(key), expected.get(key)))
        .map(key -> key + ": " + held.get(key) + " (expected: " + expected.get(key) + ")")
        .toList();
  }

  @Test
  void documentsOfEachKind_areWhatIstiodsHold_alsoOnceEachChangedAndOneWent() throws Exception {
    for (Kind kind : KINDS) {
      write(kind.name(), document(ACCEPTED, kind.name(), kind.first()));
    }
    // No istiod under test asks for it: it must not be in the way of what they ask for.
    write("TrafficExtension", document(ACCEPTED, "TrafficExtension", "lua"));
    Files.createDirectories(gateway.folder().resolve("services"));
    Files.writeString(gateway.folder().resolve("services/none.yaml"), "services: []\n");
    try (gateway) {
      gateway.start().awaitReady();
      try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
        awaitHeld(istiods);

        for (Kind kind : KINDS) {
          write(kind.name(), document(ACCEPTED, kind.name(), kind.second()));
        }
        awaitHeld(istiods);

        Files.delete(file("EnvoyFilter"));
        awaitHeld(istiods);
        assertThat(istiods.refusals()).isEmpty();

        assertOlderKeepWhatTheyHad(istiods);
      }
    }
  }

  /** Changes a document to what is for newer istiods only, and adds such a one. */
  private void assertOlderKeepWhatTheyHad(Istiods istiods) throws Exception {
    Map<String, JsonNode> before = new HashMap<>();
    istiods.each((version, istiod) -> before.put(version, held(istiod).get(routes(version))));
    String refused = document("refused by older", "VirtualService", "cors-any-method");
    write("VirtualService", refused);
    write("Newer", refused.replace("{name: virtualservice,", "{name: newer,"));
    write("EnvoyFilter", document(ACCEPTED, "EnvoyFilter", "selector"));
    istiods.each(
        (version, istiod) ->
            await("what istiod " + version + " refuses")
                .atMost(LIMIT)
                .untilAsserted(
                    () -> {
                      List<String> refusals = istiod.refusalsSince(0);
                      if (minor(version) < 27) {
                        assertThat(refusals)
                            .anyMatch(line -> line.contains("Error adding"))
                            .anyMatch(line -> line.contains("Error updating"));
                      } else {
                        assertThat(refusals).isEmpty();
                      }
                    }));
    istiods.each(
        (version, istiod) ->
            awaitHeld(
                version,
                istiod,
                () -> {
                  TreeMap<String, JsonNode> expected = expected(version);
                  if (minor(version) < 27) {
                    expected.put(routes(version), before.get(version));
                  } else {
                    expected.put(
                        routes(version).replace("/virtualservice", "/newer"),
                        expected.get(routes(version)));
                  }
                  return expected;
                }));
  }
}
