package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void take_givesTheCapacityAtOnceThenOneEachInterval() {
    TokenBucket bucket = new TokenBucket(3, Duration.ofSeconds(1), 0);
    assertThat(bucket.available(0)).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(bucket.take(0)).isZero();
    }
    assertThat(bucket.available(0)).isZero();
    assertThat(bucket.take(0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(bucket.take(0)).isEqualTo(Duration.ofSeconds(2));
    assertThat(bucket.available(4 * SECOND)).isEqualTo(2);
    assertThat(bucket.available(1000 * SECOND)).isEqualTo(3);
  }

  @Property
  void take_neverLetsMoreThroughThanItsRate(
      @ForAll @IntRange(min = 1, max = 10) int capacity,
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 3000) Integer> pauses) {
    TokenBucket bucket = new TokenBucket(capacity, Duration.ofSeconds(1), 0);
    long now = 0;
    int taken = 0;
    for (int pause : pauses) {
      now += bucket.take(now).toNanos() + TimeUnit.MILLISECONDS.toNanos(pause);
      taken++;
      assertThat(taken).isLessThanOrEqualTo((int) (now / SECOND) + capacity + 1);
    }
  }
}
