package io.fairlead.aggregation.damping;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.damping.FlapDamper.HostEvaluation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link FlapDamper} by itself. */
class FlapDamperTest {
  private static final DampingPolicy POLICY =
      new DampingPolicy(1, Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(5));
  private static final long SECOND = 1_000_000_000L;
  private static final HostDiff ALTERED = new HostDiff(Set.of(), Set.of(), true, 1, Set.of());

  private final FlapDamper damper = new FlapDamper(POLICY);

  private static HostEvaluation evaluation(boolean changed, boolean complete) {
    Optional<HostDiff> change = changed ? Optional.of(ALTERED) : Optional.empty();
    return new HostEvaluation("r", List.of(), change, complete);
  }

  @Test
  void memory_isOfHostsThatChangedLately() {
    // Also where the clock's numbers wrap around.
    long now = Long.MAX_VALUE - 10 * SECOND;
    for (int i = 0; i < 1000; i++) {
      damper.published("h" + i, evaluation(true, true), now);
    }
    damper.published("h0", evaluation(true, false), now);
    damper.published("unchanged", evaluation(false, true), now);
    assertThat(damper.remembered()).isEqualTo(1000);
    now += 59 * SECOND;
    damper.takeDue(now);
    assertThat(damper.remembered()).isEqualTo(1000);
    damper.published("h0", evaluation(true, true), now);
    now += SECOND;
    damper.published("one", evaluation(true, true), now);
    assertThat(damper.remembered()).isEqualTo(2);
    now += 60 * SECOND;
    assertThat(damper.takeDue(now)).isEmpty();
    assertThat(damper.remembered()).isZero();
    assertThat(damper.untilNext(now)).isEmpty();
  }

  @Test
  void memory_countsFromTheLastChangeAlsoWithinASecond() {
    damper.published("web", evaluation(true, true), 0);
    damper.published("web", evaluation(true, true), SECOND / 2);
    damper.takeDue(60 * SECOND);
    assertThat(damper.remembers("web")).isTrue();
    damper.takeDue(60 * SECOND + SECOND / 2);
    assertThat(damper.remembers("web")).isFalse();
  }

  @Test
  void takeDue_givesEachHostOnceInTheOrderOfTheirWaits() {
    damper.published("late", evaluation(true, true), 0);
    damper.published("soon", evaluation(true, true), 0);
    damper.published("soon", evaluation(false, false), 0);
    damper.published("late", evaluation(false, false), SECOND);
    assertThat(damper.untilNext(0)).contains(Duration.ofSeconds(1));
    assertThat(damper.takeDue(SECOND)).containsExactly("soon");
    assertThat(damper.delays("soon", ALTERED, SECOND)).isFalse();
    assertThat(damper.delays("late", ALTERED, SECOND)).isTrue();
    assertThat(damper.takeDue(5 * SECOND)).containsExactly("late");
    // Nothing is due before the host is damped no more: no timer without need.
    assertThat(damper.untilNext(5 * SECOND)).contains(Duration.ofSeconds(55));
    assertThat(damper.dampedHosts(0, Instant.EPOCH))
        .extracting(DampedHost::host)
        .containsExactly("late", "soon");
    // As long as it cannot be published it is not forgotten.
    damper.takeDue(100 * SECOND);
    assertThat(damper.remembered()).isEqualTo(2);
    damper.published("soon", evaluation(true, true), 101 * SECOND);
    assertThat(damper.dampedHosts(0, Instant.EPOCH))
        .extracting(DampedHost::host)
        .containsExactly("late");
    assertThat(damper.delays("soon", ALTERED, 101 * SECOND)).isTrue();
  }

  @Test
  void waits_growWithoutOverflow() {
    FlapHistory history = new FlapHistory();
    long now = 0;
    for (int i = 0; i < 200; i++) {
      long until = history.beginWait(POLICY, now);
      assertThat(until - now).isEqualTo(Math.min(5, 1L << Math.min(i, 10)) * SECOND);
      now = until;
    }
  }
}
