package io.fairlead.conversion;

import static io.fairlead.conversion.Services.convert;
import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointLabelsTest {
  private static Conversion converted(Map<String, String> metadata) {
    return convert(service("web", instance("10.0.0.1", 80, metadata)));
  }

  private static Map<String, String> labels(Conversion conversion) {
    return Services.entry(conversion).entry().getEndpoints(0).getLabelsMap();
  }

  @Test
  void convert_legalMetadata_becomesLabels() {
    Map<String, String> metadata =
        Map.of("version", "v1", "empty", "", "example.com/team_1", "A.b", "protocol", "http");
    Conversion conversion = converted(metadata);
    assertThat(labels(conversion)).isEqualTo(metadata);
    assertThat(conversion.findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "timestamp, 1795647457311",
    "remote.timestamp, 1795647457311",
    "startTimestamp, 2026-11-26",
    "pid, 4711",
    "startup, 2026-11-26T17:00:00Z",
    "my-start, 1795647457311"
  })
  void convert_whatDiffersAtEachStart_isNoLabelAndNoFault(String key, String value) {
    Conversion conversion = converted(Map.of(key, value, "build", "1795647457", "ok", "1"));
    assertThat(labels(conversion)).isEqualTo(Map.of("build", "1795647457", "ok", "1"));
    assertThat(conversion.findings()).isEmpty();
    Map<String, String> ofService = Map.of(key, value, "build", "1795647457", "ok", "1");
    Conversion shared = convert(service("web", ofService, instance("10.0.0.1", 80, Map.of())));
    assertThat(labels(shared)).isEqualTo(Map.of("build", "1795647457", "ok", "1"));
    assertThat(shared.findings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a/b/c",
        "-a",
        "a-",
        "a b",
        "größe",
        "a_b/c",
        "a..b/c",
        "\ud800",
        "k234567890123456789012345678901234567890123456789012345678901234"
      })
  void convert_illegalKey_isLeftOutAndCounted(String key) {
    Conversion conversion = converted(Map.of(key, "v", "ok", "1"));
    assertThat(labels(conversion)).isEqualTo(Map.of("ok", "1"));
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.LABEL_ILLEGAL, "10.0.0.1:80", SafeText.of(key + "=v")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "-a",
        "a-",
        "a/b",
        "größe",
        "\n",
        "\udc00",
        ".",
        "v234567890123456789012345678901234567890123456789012345678901234"
      })
  void convert_illegalValue_isLeftOutAndCounted(String value) {
    Conversion conversion = converted(Map.of("key", value));
    assertThat(labels(conversion)).isEmpty();
    assertThat(Services.reasons(conversion)).containsExactly(Reason.LABEL_ILLEGAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "istio.io/dataplane-mode",
        "topology.istio.io/network",
        "security.istio.io/tlsMode",
        "SECURITY.Istio.IO/tlsMode",
        "networking.istio.io/tunnel",
        "kubernetes.io/hostname",
        "app.kubernetes.io/name",
        "topology.k8s.io/x",
        "fairlead.io/registry",
        "istio-locality"
      })
  void convert_reservedKey_isLeftOutAndCounted(String key) {
    Conversion conversion = converted(Map.of(key, "v"));
    assertThat(labels(conversion)).isEmpty();
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.LABEL_RESERVED, "10.0.0.1:80", key));
    Conversion ofService = convert(service("web", Map.of(key, "v"), instance("10.0.0.1", 80)));
    assertThat(labels(ofService)).isEmpty();
    assertThat(Services.reasons(ofService)).containsExactly(Reason.LABEL_RESERVED);
  }

  @Test
  void convert_keyThatOnlyEndsLikeAReservedOne_isTaken() {
    assertThat(labels(converted(Map.of("notistio.io/a", "1", "istio.io.example/b", "2"))))
        .hasSize(2);
  }

  @Test
  void convert_revisionKey_isReadAndNoLabel() {
    Conversion conversion = converted(Map.of("istio.io/rev", "canary"));
    assertThat(labels(conversion)).isEmpty();
    assertThat(conversion.findings()).isEmpty();
    assertThat(Services.entry(conversion).revisions()).containsExactly("canary");
  }

  @Test
  void convert_serviceMetadata_isBelowThatOfTheInstance() {
    Conversion conversion =
        convert(
            service(
                "web",
                Map.of("team", "red", "env", "prod", "protocol", "http", "region", "r"),
                instance("10.0.0.1", 80, Map.of("team", "blue"))));
    assertThat(labels(conversion)).isEqualTo(Map.of("team", "blue", "env", "prod"));
  }

  @Test
  void convert_tooManyLabels_keepsVersionAppAndTheFirst() {
    Map<String, String> metadata =
        IntStream.range(0, 100)
            .mapToObj(i -> "key-%03d".formatted(i))
            .collect(Collectors.toMap(key -> key, key -> "v", (a, b) -> a, HashMap::new));
    metadata.put("version", "v1");
    metadata.put("zzz", "1");
    metadata.put("app", "web");
    Conversion conversion = converted(metadata);
    assertThat(labels(conversion))
        .hasSize(EndpointLabels.MAX_LABELS)
        .containsKeys("version", "app", "key-000", "key-029")
        .doesNotContainKeys("key-030", "zzz");
    assertThat(conversion.findings().stream().mapToInt(Finding::count).sum())
        .isEqualTo(103 - EndpointLabels.MAX_LABELS);
    assertThat(conversion.findings())
        .hasSize(FindingLog.MAX_DETAILS + 1)
        .allMatch(finding -> finding.reason() == Reason.LABELS_CAPPED);
  }

  @Test
  void convert_tooLargeLabels_areCapped() {
    String prefix = ("p".repeat(60) + ".").repeat(4) + "p/";
    Map<String, String> metadata =
        IntStream.range(0, 30)
            .mapToObj(i -> prefix + "k" + i)
            .collect(Collectors.toMap(key -> key, key -> "v".repeat(63)));
    assertThat(
            labels(converted(metadata)).entrySet().stream()
                .mapToInt(label -> label.getKey().length() + label.getValue().length())
                .sum())
        .isBetween(EndpointLabels.MAX_CHARACTERS - 320, EndpointLabels.MAX_CHARACTERS);
  }
}
