package io.fairlead.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentLossesTest {
  private static final String WEB = "web";
  private static final String API = "api";

  private final RecentLosses<String> losses = new RecentLosses<>(100);

  @Test
  void losses_areSummedUntilTheyAreOlderThanTheWindow() {
    losses.add(WEB, new ServiceCount(0, 2), 10);
    losses.add(API, new ServiceCount(1, 3), 50);
    losses.forgetOld(109);
    assertThat(losses.sum()).isEqualTo(new ServiceCount(1, 5));
    losses.forgetOld(110);
    assertThat(losses.sum()).isEqualTo(new ServiceCount(1, 3));
    losses.forgetOld(150);
    assertThat(losses.sum()).isEqualTo(ServiceCount.NONE);
    assertThat(losses.size()).isZero();
  }

  @Test
  void cameBack_isSubtractedFromTheSameServiceNewestFirst() {
    losses.add(WEB, new ServiceCount(0, 2), 10);
    losses.add(WEB, new ServiceCount(1, 3), 50);
    losses.cameBack(API, new ServiceCount(1, 9));
    losses.cameBack(WEB, new ServiceCount(1, 4));
    assertThat(losses.sum()).isEqualTo(new ServiceCount(0, 1));
    losses.forgetOld(110);
    assertThat(losses.sum()).isEqualTo(ServiceCount.NONE);
  }

  @Test
  void growth_withinTheWindowIsTakenOffALaterLossOfTheSameService() {
    losses.grew(WEB, new ServiceCount(0, 2), 10);
    assertThat(losses.beyondGrowth(WEB, new ServiceCount(1, 5))).isEqualTo(new ServiceCount(1, 3));
    assertThat(losses.beyondGrowth(API, new ServiceCount(0, 1))).isEqualTo(new ServiceCount(0, 1));
    losses.add(WEB, new ServiceCount(0, 1), 20);
    assertThat(losses.sum()).isEqualTo(ServiceCount.NONE);
    losses.add(WEB, new ServiceCount(0, 3), 30);
    assertThat(losses.sum()).isEqualTo(new ServiceCount(0, 2));
    losses.grew(WEB, new ServiceCount(0, 2), 40);
    losses.forgetOld(140);
    losses.add(WEB, new ServiceCount(0, 2), 140);
    assertThat(losses.sum()).isEqualTo(new ServiceCount(0, 2));
  }

  @Test
  void flapping_leavesNothingBehind() {
    for (int i = 0; i < 1000; i++) {
      losses.add(WEB, new ServiceCount(1, 1), i % 50);
      losses.cameBack(WEB, new ServiceCount(1, 7));
      losses.grew(API, new ServiceCount(0, 1), i % 50);
      losses.add(API, new ServiceCount(0, 1), i % 50);
    }
    assertThat(losses.size()).isZero();
    assertThat(losses.sum()).isEqualTo(ServiceCount.NONE);
  }
}
