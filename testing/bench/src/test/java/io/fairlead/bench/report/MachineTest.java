package io.fairlead.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {
  @Test
  void of_whatTheKernelSays() {
    Machine machine =
        Machine.of(
            "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nprocessor\t: 1\n",
            "MemTotal:       24000000 kB\nMemFree:  1 kB\n",
            "6.1.0-42\n",
            "0.25 1.10 2.00 1/200 4242\n",
            2);
    assertThat(machine)
        .isEqualTo(new Machine("Some CPU @ 2.00GHz", 2, 24_576_000_000L, "6.1.0-42", 0.25));
  }

  @Test
  void of_processorWithoutName() {
    Machine machine = Machine.of("processor : 0\n", "MemTotal: 1 kB\n", "6\n", "0 0 0\n", 1);
    assertThat(machine.processor()).isEqualTo("not said");
  }

  @Test
  void here_readsThisMachine() {
    assertThat(Machine.here().memoryBytes()).isPositive();
  }
}
