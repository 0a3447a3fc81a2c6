package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class XdsMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final XdsMetrics metrics = new XdsMetrics(registry);

  private List<String> values(String meter, String label) {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .filter(id -> id.getName().equals(meter))
        .map(id -> String.valueOf(id.getTag(label)))
        .sorted()
        .toList();
  }

  private double clients(String revision) {
    return registry.get("fairlead_clients").tag("revision", revision).gauge().value();
  }

  @Test
  void revisions_thousandMadeUp_areOtherAboveAnUpperBoundAndGoWithTheirClients() {
    metrics.connected("");
    List<String> madeUp = IntStream.range(0, 1000).mapToObj(i -> "made-up-" + i).toList();
    madeUp.forEach(metrics::connected);

    assertThat(values("fairlead_clients", "revision")).hasSize(51).contains("", "other");
    assertThat(clients("other")).isEqualTo(951);
    metrics.connected("canary");
    assertThat(clients("other")).isEqualTo(952);

    madeUp.forEach(metrics::disconnected);

    assertThat(values("fairlead_clients", "revision")).containsExactly("", "other");
    assertThat(values("fairlead_client_lag_seconds", "revision")).containsExactly("", "other");
    assertThat(clients("other")).isEqualTo(1);
    metrics.disconnected("canary");
    metrics.connected("canary");
    assertThat(values("fairlead_clients", "revision")).containsExactly("", "canary");
    assertThat(clients("canary")).isEqualTo(1);
  }

  @Test
  void revision_longOrWithALineBreak_isAShortPrintableLabel() {
    String strange = "a\n\u001b" + "x".repeat(1 << 20);
    metrics.connected(strange);

    assertThat(values("fairlead_clients", "revision"))
        .singleElement()
        .satisfies(value -> assertThat(value).startsWith("a\\n\\u001b").hasSizeLessThan(64));

    metrics.disconnected(strange);

    assertThat(values("fairlead_clients", "revision")).isEmpty();
  }

  @Test
  void lags_ofConnectedRevisions_areTheLargestOfEach() {
    metrics.connected("");
    metrics.connected("canary");

    metrics.lags(Map.of("canary", 2_000_000_000L, "gone", 5_000_000_000L));

    assertThat(values("fairlead_client_lag_seconds", "revision")).containsExactly("", "canary");
    assertThat(
            registry.get("fairlead_client_lag_seconds").tag("revision", "canary").gauge().value())
        .isEqualTo(2);
  }

  @Test
  void counters_areThereFromTheStart() {
    assertThat(values("fairlead_nacks", "type")).hasSize(16).contains("ServiceEntry", "other");
    assertThat(values("fairlead_client_disconnects", "reason"))
        .hasSize(12)
        .contains("ack_timeout", "not_authorized", "stopping")
        .doesNotContain("finished");
    assertThat(values("fairlead_ack_duration", "type")).containsExactly("ServiceEntry");
  }

  @Test
  void acknowledgements_ofResponsesWithoutResources_areNotTimed() {
    metrics.acknowledged("networking.istio.io/v1/ServiceEntry", 3, 1_000_000);
    metrics.acknowledged("networking.istio.io/v1/ServiceEntry", 0, 1_000_000);
    metrics.acknowledged("networking.istio.io/v1/Gateway", 0, 1_000_000);
    metrics.acknowledged("networking.istio.io/v1/Sidecar", 1, 1_000_000);

    assertThat(values("fairlead_ack_duration", "type")).containsExactly("ServiceEntry", "Sidecar");
    assertThat(registry.get("fairlead_ack_duration").tag("type", "ServiceEntry").timer().count())
        .isEqualTo(1);
  }

  @Test
  void types_madeUp_areOtherForAnyGroup() {
    for (int i = 0; i < 100; i++) {
      metrics.sent("networking.istio.io/v1/MadeUp" + i, 1);
      metrics.sent("made.up" + i + "/v1/ServiceEntry", 1);
    }
    metrics.sent("networking.istio.io/v1alpha3/ServiceEntry", 1);
    metrics.sent("networking.istio.io/v1/ServiceEntry", 1);

    assertThat(values("fairlead_responses", "type"))
        .hasSize(16)
        .contains("ServiceEntry", "WasmPlugin", "other");
    assertThat(registry.get("fairlead_responses").tag("type", "other").counter().count())
        .isEqualTo(200);
    assertThat(registry.get("fairlead_responses").tag("type", "ServiceEntry").counter().count())
        .isEqualTo(2);
  }
}
