package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Property
  void next_staysInTheUpperHalfOfItsStep(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5_000) int first,
      @ForAll @IntRange(min = 0, max = 100_000) int more,
      @ForAll @IntRange(min = 1, max = 80) int tries) {
    Backoff backoff =
        new Backoff(Duration.ofMillis(first), Duration.ofMillis(first + more), new Random(seed));
    double step = first;
    for (int i = 0; i < tries; i++) {
      assertThat(backoff.next().toMillis()).isBetween((long) (step / 2), (long) step);
      step = Math.min(step * 2, first + more);
    }
    backoff.reset();
    assertThat(backoff.next().toMillis()).isBetween(first / 2L, (long) first);
  }

  @Test
  void constructor_refusesTimesThatCannotBe() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
    assertThatThrownBy(
            () -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT2S");
  }
}
