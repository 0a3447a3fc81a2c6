package io.fairlead.aggregation.damping;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FlapMemoryTest {
  private static final ResourceKey WEB =
      new ResourceKey(new ResourceType("networking.istio.io", "ServiceEntry"), "mesh/web.test");
  private static final Duration SPAN = Duration.ofNanos(100);
  private final FlapMemory memory = new FlapMemory();

  // Where the clock's numbers wrap around.
  private static long at(long nanos) {
    return Long.MAX_VALUE - 150 + nanos;
  }

  private static FlapUnit socket(int port) {
    return new FlapUnit(WEB, "10.0.0.1", "", port);
  }

  @Test
  void unit_thatComesBackIsKnownForTheSpan() {
    memory.gained(socket(1), SPAN, at(0));
    assertThat(memory.size()).isZero();
    memory.lost(socket(1), SPAN, at(0));
    assertThat(memory.isKnown(socket(1), SPAN, at(99))).isTrue();
    assertThat(memory.isKnown(socket(1), SPAN, at(100))).isFalse();
    assertThat(memory.cameBack(socket(1), SPAN, at(0))).isFalse();
    memory.gained(socket(1), SPAN, at(99));
    memory.lost(socket(1), SPAN, at(150));
    assertThat(memory.cameBack(socket(1), SPAN, at(198))).isTrue();
    assertThat(memory.cameBack(socket(1), SPAN, at(199))).isFalse();
    memory.forget(SPAN, at(249));
    assertThat(memory.size()).isEqualTo(1);
    memory.forget(SPAN, at(250));
    assertThat(memory.size()).isZero();
  }

  @Test
  void unit_thatWentLongerAgoIsNew() {
    memory.lost(socket(1), SPAN, at(0));
    memory.gained(socket(1), SPAN, at(100));
    assertThat(memory.size()).isZero();
    assertThat(memory.cameBack(socket(1), SPAN, at(100))).isFalse();
  }

  @Test
  void unitsBeyondTheMaximum_areNotRemembered() {
    for (int port = 1; port <= FlapMemory.MAX_UNITS + 10; port++) {
      memory.lost(socket(port), SPAN, at(0));
    }
    assertThat(memory.size()).isEqualTo(FlapMemory.MAX_UNITS);
    assertThat(memory.isKnown(socket(FlapMemory.MAX_UNITS), SPAN, at(0))).isTrue();
    assertThat(memory.isKnown(socket(FlapMemory.MAX_UNITS + 1), SPAN, at(0))).isFalse();
    memory.gained(socket(1), SPAN, at(0));
    memory.lost(socket(1), SPAN, at(0));
    assertThat(memory.cameBack(socket(1), SPAN, at(0))).isTrue();
  }
}
