package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.ServiceId;
import org.junit.jupiter.api.Test;

class RecentLossesTest {
  private static final Subject WEB = new Subject.OfService(ServiceId.of("web"));
  private static final Subject API = new Subject.OfService(ServiceId.of("api"));

  private final RecentLosses losses = new RecentLosses(100);

  @Test
  void losses_areSummedUntilTheyAreOlderThanTheWindow() {
    losses.add(WEB, new Extent(0, 2), 10);
    losses.add(API, new Extent(1, 3), 50);
    losses.forgetOld(109);
    assertThat(losses.sum()).isEqualTo(new Extent(1, 5));
    losses.forgetOld(110);
    assertThat(losses.sum()).isEqualTo(new Extent(1, 3));
    losses.forgetOld(150);
    assertThat(losses.sum()).isEqualTo(Extent.NONE);
    assertThat(losses.size()).isZero();
  }

  @Test
  void cameBack_isSubtractedFromTheSameServiceNewestFirst() {
    losses.add(WEB, new Extent(0, 2), 10);
    losses.add(WEB, new Extent(1, 3), 50);
    losses.cameBack(API, new Extent(1, 9));
    losses.cameBack(WEB, new Extent(1, 4));
    assertThat(losses.sum()).isEqualTo(new Extent(0, 1));
    losses.forgetOld(110);
    assertThat(losses.sum()).isEqualTo(Extent.NONE);
  }

  @Test
  void growth_withinTheWindowIsTakenOffALaterLossOfTheSameService() {
    losses.grew(WEB, new Extent(0, 2), 10);
    assertThat(losses.beyondGrowth(WEB, new Extent(1, 5))).isEqualTo(new Extent(1, 3));
    assertThat(losses.beyondGrowth(API, new Extent(0, 1))).isEqualTo(new Extent(0, 1));
    losses.add(WEB, new Extent(0, 1), 20);
    assertThat(losses.sum()).isEqualTo(Extent.NONE);
    losses.add(WEB, new Extent(0, 3), 30);
    assertThat(losses.sum()).isEqualTo(new Extent(0, 2));
    losses.grew(WEB, new Extent(0, 2), 40);
    losses.forgetOld(140);
    losses.add(WEB, new Extent(0, 2), 140);
    assertThat(losses.sum()).isEqualTo(new Extent(0, 2));
  }

  @Test
  void flapping_leavesNothingBehind() {
    for (int i = 0; i < 1000; i++) {
      losses.add(WEB, new Extent(1, 1), i % 50);
      losses.cameBack(WEB, new Extent(1, 7));
      losses.grew(API, new Extent(0, 1), i % 50);
      losses.add(API, new Extent(0, 1), i % 50);
    }
    assertThat(losses.size()).isZero();
    assertThat(losses.sum()).isEqualTo(Extent.NONE);
  }
}
