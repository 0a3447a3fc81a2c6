package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightsTest {
  private static Conversion convert(double... weights) {
    Instance[] instances = new Instance[weights.length];
    for (int i = 0; i < weights.length; i++) {
      instances[i] = Services.instance("10.0." + i / 150 + "." + (100 + i % 150), 80, weights[i]);
    }
    return Services.convert(Services.service("web", instances));
  }

  private static List<Long> weights(double... weights) {
    List<Long> converted = new ArrayList<>();
    for (WorkloadEntry endpoint : Services.entry(convert(weights)).entry().getEndpointsList()) {
      converted.add(Integer.toUnsignedLong(endpoint.getWeight()));
    }
    return converted;
  }

  @Test
  void convert_wholeWeights_stay() {
    assertThat(weights(1, 2, 100, 10_000)).containsExactly(1L, 2L, 100L, 10_000L);
  }

  @Test
  void convert_equalWeights_areUnset() {
    assertThat(weights(1, 1)).containsExactly(0L, 0L);
    assertThat(weights(100, 100, 100)).containsExactly(0L, 0L, 0L);
    assertThat(weights(0.5)).containsExactly(0L);
  }

  @Test
  void convert_fractions_areScaledToWholeNumbers() {
    assertThat(weights(0.5, 1)).containsExactly(5L, 10L);
    assertThat(weights(0.25, 10)).containsExactly(25L, 1000L);
    assertThat(weights(0.125, 1)).containsExactly(125L, 1000L);
  }

  @Test
  void convert_moreThanThreeDecimals_areRoundedToAtLeastOne() {
    assertThat(weights(1.0 / 3, 1e-9, 1)).containsExactly(333L, 1L, 1000L);
  }

  @Test
  void convert_zero_takesTheEndpointOutAndShowsIt() {
    Conversion conversion = convert(0, 1, -0.0);
    assertThat(Services.entry(conversion).entry().getEndpointsCount()).isEqualTo(1);
    assertThat(conversion.findings())
        .containsExactly(new Finding(Reason.WEIGHT_ZERO, "10.0.0.100:80", "", 2));
  }

  @Test
  void convert_allZero_servesNoEndpoint() {
    assertThat(Services.entry(convert(0, 0)).entry().getEndpointsCount()).isZero();
  }

  @Test
  void convert_notANumberOrNegative_countsAsOne() {
    Conversion conversion = convert(Double.NaN, -3, Double.NEGATIVE_INFINITY, 7);
    assertThat(Services.entry(conversion).entry().getEndpointsList())
        .extracting(WorkloadEntry::getWeight)
        .containsExactly(1, 1, 1, 7);
    assertThat(conversion.findings())
        .extracting(Finding::reason, Finding::detail)
        .containsExactly(
            tuple(Reason.WEIGHT_ILLEGAL, "-3.0"),
            tuple(Reason.WEIGHT_ILLEGAL, "-Infinity"),
            tuple(Reason.WEIGHT_ILLEGAL, "NaN"));
  }

  @Test
  void convert_hugeWeights_areCapped() {
    Conversion conversion = convert(Double.POSITIVE_INFINITY, 1e12, 5);
    assertThat(Services.entry(conversion).entry().getEndpointsList())
        .extracting(WorkloadEntry::getWeight)
        .containsExactly(1_000_000, 1_000_000, 5);
    assertThat(Services.reasons(conversion))
        .containsExactly(Reason.WEIGHT_CAPPED, Reason.WEIGHT_CAPPED);
  }

  @Test
  void convert_sumAboveTheLimit_isBroughtBelowItInRatio() {
    double[] many = new double[10_000];
    Arrays.fill(many, 1_000_000);
    many[0] = 1;
    many[1] = 500_000;
    List<Long> weights = weights(many);
    assertThat(weights.stream().mapToLong(w -> w).sum())
        .isLessThanOrEqualTo(0xffff_ffffL)
        .isGreaterThan(0xffff_0000L);
    assertThat(weights.get(0)).isEqualTo(1);
    assertThat(weights.get(1) / (double) weights.get(2)).isBetween(0.49, 0.51);
  }

  @Test
  void convert_unhealthyInstance_doesNotChangeTheWeightsOfOthers() {
    Instance ready = Services.instance("10.0.0.1", 80, 1);
    for (Availability availability : Availability.values()) {
      Instance other =
          new Instance("b", "10.0.0.2", 80, 0.5, availability, Locality.NONE, Map.of());
      assertThat(Services.served(Services.service("web", ready, other)).getEndpoints(0).getWeight())
          .isEqualTo(10);
    }
  }
}
