package io.fairlead.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.harness.ProcessUsage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CpuMeterTest {
  private static final Duration REST = Duration.ofSeconds(2);

  // What a process has used so far, and the time.
  private Duration cpu = Duration.ofSeconds(40);
  private Duration now = Duration.ofMinutes(3);

  private ProcessUsage usage() {
    return new ProcessUsage(cpu, 0, 0);
  }

  private void pass(Duration time, Duration used) {
    now = now.plus(time);
    cpu = cpu.plus(used);
  }

  private CpuMeter begin(Duration rest, Duration usedAtRest) {
    return CpuMeter.begin(this::usage, rest, () -> now.toNanos(), time -> pass(time, usedAtRest));
  }

  @Test
  void millis_isWhatWasUsedBeyondTheRest() {
    CpuMeter meter = begin(REST, Duration.ofMillis(20));

    pass(Duration.ofSeconds(10), Duration.ofMillis(250));

    // 10 ms a second at rest.
    assertThat(meter.millis()).isCloseTo(150, within(1e-6));
  }

  @Test
  void millis_withoutRest_isAllThatWasUsed() {
    CpuMeter meter = begin(Duration.ZERO, Duration.ofMillis(20));

    pass(Duration.ofSeconds(10), Duration.ofMillis(250));

    assertThat(meter.millis()).isCloseTo(250, within(1e-6));
  }

  @Test
  void millis_lessThanAtRest_isNothing() {
    CpuMeter meter = begin(REST, Duration.ofMillis(100));

    pass(Duration.ofSeconds(10), Duration.ofMillis(30));

    assertThat(meter.millis()).isZero();
  }
}
