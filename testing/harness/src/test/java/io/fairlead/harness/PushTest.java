package io.fairlead.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PushTest {
  private static final String LINE =
      "2026-01-01T00:00:00.000000Z\tinfo\tads\tPush debounce stable[7] 3 for config "
          + "ServiceEntry/consul/web and 2 more configs: 100.5ms since last change, "
          + "101.2ms since last push, full=";

  @Test
  void parse_fullPush() {
    assertThat(Push.parse(LINE + "true"))
        .contains(
            new Push(7, 3, "config ServiceEntry/consul/web and 2 more configs", Push.Scope.FULL));
  }

  @Test
  void parse_endpointPush() {
    assertThat(Push.parse(LINE + "false").orElseThrow().isFull()).isFalse();
  }

  @Test
  void parse_otherLine() {
    assertThat(Push.parse("2026-01-01T00:00:00Z\tinfo\tads\tCDS: PUSH for node:a")).isEmpty();
  }

  @Test
  void parse_pushLineOfUnknownForm() {
    assertThatThrownBy(() -> Push.parse("ads\tPush debounce stable: all"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("unknown form");
  }
}
