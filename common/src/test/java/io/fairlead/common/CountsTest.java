package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountsTest {
  @Test
  void oneIsSingular_allElseIsPlural() {
    assertThat(Counts.of(1, "endpoint")).isEqualTo("1 endpoint");
    assertThat(Counts.of(0, "endpoint")).isEqualTo("0 endpoints");
    assertThat(Counts.of(10_000, "endpoint")).isEqualTo("10000 endpoints");
    assertThat(Counts.of(1, "registry")).isEqualTo("1 registry");
    assertThat(Counts.of(2, "registry")).isEqualTo("2 registries");
  }
}
