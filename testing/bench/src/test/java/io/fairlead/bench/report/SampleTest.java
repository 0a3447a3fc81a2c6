package io.fairlead.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SampleTest {
  @Test
  void median_oddAndEvenNumberOfValues() {
    assertThat(Sample.of(3, 1, 2).median()).isEqualTo(2);
    assertThat(Sample.of(4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(Sample.of(7).median()).isEqualTo(7);
  }

  @Test
  void percentile_nearestRank() {
    List<Double> hundred = new ArrayList<>();
    for (int value = 100; value >= 1; value--) {
      hundred.add((double) value);
    }
    Sample sample = Sample.of(hundred);
    assertThat(sample.percentile(50)).isEqualTo(50);
    assertThat(sample.percentile(99)).isEqualTo(99);
    assertThat(sample.percentile(99.1)).isEqualTo(100);
    assertThat(sample.percentile(100)).isEqualTo(100);
    assertThat(Sample.of(5, 6).percentile(1)).isEqualTo(5);
  }

  @Test
  void percentile_ofNothing() {
    assertThatThrownBy(() -> Sample.of(1).percentile(0)).hasMessageContaining("percent: 0");
    assertThatThrownBy(() -> Sample.of()).hasMessageContaining("at least one");
  }

  @Property(tries = 200)
  void order_holdsForEverySample(
      @ForAll @Size(min = 1, max = 50) List<@DoubleRange(min = -1e6, max = 1e6) Double> values) {
    Sample sample = Sample.of(values);
    assertThat(sample.median()).isBetween(sample.min(), sample.max());
    assertThat(sample.percentile(99)).isBetween(sample.percentile(50), sample.max());
    assertThat(values).contains(sample.percentile(50), sample.min(), sample.max());
  }
}
