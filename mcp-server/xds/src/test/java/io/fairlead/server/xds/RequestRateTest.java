package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestRateTest {
  @Test
  void allows_aBurstThenTheRate() {
    RequestRate rate = new RequestRate(() -> 10, 0);
    for (int i = 0; i < 10; i++) {
      assertThat(rate.allows(0)).isTrue();
    }
    assertThat(rate.allows(0)).isFalse();
    assertThat(rate.allows(TimeUnit.MILLISECONDS.toNanos(99))).isFalse();
    assertThat(rate.allows(TimeUnit.MILLISECONDS.toNanos(100))).isTrue();
    assertThat(rate.allows(TimeUnit.MILLISECONDS.toNanos(100))).isFalse();
  }

  @Test
  void allows_afterAQuietTime_oneBurstOnly() {
    RequestRate rate = new RequestRate(() -> 5, 0);
    long later = TimeUnit.HOURS.toNanos(5);
    for (int i = 0; i < 5; i++) {
      assertThat(rate.allows(later)).isTrue();
    }
    assertThat(rate.allows(later)).isFalse();
  }
}
