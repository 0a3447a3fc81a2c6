package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MetricsTest {
  private static final Metrics METRICS =
      Metrics.parse(
          """
          # HELP pilot_inbound_updates Updates.
          # TYPE pilot_inbound_updates counter
          pilot_inbound_updates{type="config"} 12
          pilot_inbound_updates{type="eds",node="a}\\" b"} 1.5e+2
          pilot_services 3
          le{le="+Inf"} +Inf
          """);

  @Test
  void sum_overLabels() {
    assertThat(METRICS.sum("pilot_inbound_updates")).isEqualTo(162);
    assertThat(METRICS.sum("pilot_inbound_updates", "type", "eds")).isEqualTo(150);
    assertThat(METRICS.sum("pilot_services")).isEqualTo(3);
    assertThat(METRICS.sum("le", "le", "+Inf")).isInfinite();
  }

  @Test
  void sum_ofWhatIsNotThere() {
    assertThat(METRICS.sum("pilot_inbound_updates", "type", "svc")).isZero();
    assertThat(METRICS.has("pilot_inbound_updates")).isTrue();
    assertThat(METRICS.has("pilot")).isFalse();
  }

  @Test
  void parse_malformedLine() {
    assertThatThrownBy(() -> Metrics.parse("<html>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("<html>");
  }
}
