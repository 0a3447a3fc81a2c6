package io.fairlead.conversion;

import static io.fairlead.conversion.Services.entry;
import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.policy;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevisionsTest {
  private static final Converter CONVERTER =
      new Converter(policy().revisions(RevisionRule.of("rev", List.of("stable"))).build());

  private static ConvertedEntry convert(Map<String, String> metadata, Instance... instances) {
    return entry(CONVERTER.convert(service("web", metadata, instances)));
  }

  @Test
  void convert_nothingSaid_hasTheDefaults() {
    ConvertedEntry entry = convert(Map.of(), instance("10.0.0.1", 80));
    assertThat(entry.revisions()).containsExactly("stable");
    assertThat(entry.labels()).containsEntry("istio.io/rev", "stable");
  }

  @Test
  void convert_noRevisionAtAll_isForAll() {
    ConvertedEntry entry = entry(Services.convert(service("web", instance("10.0.0.1", 80))));
    assertThat(entry.revisions()).isEmpty();
    assertThat(entry.labels()).doesNotContainKey("istio.io/rev");
  }

  @Test
  void convert_serviceSays_instancesAreNotAsked() {
    ConvertedEntry entry =
        convert(Map.of("rev", "canary"), instance("10.0.0.1", 80, Map.of("rev", "other")));
    assertThat(entry.revisions()).containsExactly("canary");
    assertThat(entry.labels()).containsEntry("istio.io/rev", "canary");
  }

  @Test
  void convert_severalRevisions_haveNoLabel() {
    ConvertedEntry entry = convert(Map.of("rev", " b , a,,b"), instance("10.0.0.1", 80));
    assertThat(entry.revisions()).containsExactly("a", "b");
    assertThat(entry.labels()).doesNotContainKey("istio.io/rev");
  }

  @Test
  void convert_instancesSay_isTheUnion() {
    ConvertedEntry entry =
        convert(
            Map.of(),
            instance("10.0.0.1", 80, Map.of("rev", "b")),
            instance("10.0.0.2", 80, Map.of("rev", "a,b")));
    assertThat(entry.revisions()).containsExactly("a", "b");
  }

  @Test
  void convert_instanceThatNamesNoRevision_standsForTheDefaults() {
    Instance plain = instance("10.0.0.1", 80);
    Instance canary = instance("10.0.0.2", 80, Map.of("rev", "canary"));
    Instance illegal = instance("10.0.0.3", 80, Map.of("rev", "bad rev"));
    Instance noEndpoint = instance("10.0.0.4", 0);
    assertThat(convert(Map.of(), plain, canary).revisions()).containsExactly("canary", "stable");
    assertThat(convert(Map.of(), illegal, canary).revisions()).containsExactly("canary", "stable");
    assertThat(convert(Map.of(), canary, noEndpoint).revisions()).containsExactly("canary");
  }

  @Test
  void convert_oneCanaryAmongOthersWithoutDefaults_isForAll() {
    Service orders =
        service(
            "orders",
            instance("10.1.0.1", 8080),
            instance("10.1.0.2", 8080),
            instance("10.1.0.3", 8080, Map.of("istio.io/rev", "canary")));
    ConvertedEntry entry = entry(Services.convert(orders));
    assertThat(entry.revisions()).isEmpty();
    assertThat(entry.labels()).doesNotContainKey("istio.io/rev");
    assertThat(entry.entry().getEndpointsCount()).isEqualTo(3);
  }

  @Test
  void convert_illegalRevision_isCountedAndPassedOver() {
    Conversion conversion =
        CONVERTER.convert(service("web", Map.of("rev", "bad rev"), instance("10.0.0.1", 80)));
    assertThat(entry(conversion).revisions()).containsExactly("stable");
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.REVISION_ILLEGAL, "web", "bad rev"));
  }
}
