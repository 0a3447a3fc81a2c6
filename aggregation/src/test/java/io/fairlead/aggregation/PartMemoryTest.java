package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.versioning.ResourceKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PartMemoryTest {
  private static final ResourceKey WEB = new ResourceKey(CompactEntry.TYPE, "mesh/web.test");
  private static final Duration SPAN = Duration.ofNanos(100);
  private final PartMemory memory = new PartMemory();

  // Where the clock's numbers wrap around.
  private static long at(long nanos) {
    return Long.MAX_VALUE - 150 + nanos;
  }

  private static Part socket(int port) {
    return new Part(WEB, "10.0.0.1", "", port);
  }

  @Test
  void part_thatComesBackIsKnownForTheSpan() {
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
  void part_thatWentLongerAgoIsNew() {
    memory.lost(socket(1), SPAN, at(0));
    memory.gained(socket(1), SPAN, at(100));
    assertThat(memory.size()).isZero();
    assertThat(memory.cameBack(socket(1), SPAN, at(100))).isFalse();
  }

  @Test
  void partsBeyondTheMost_areNotRemembered() {
    for (int port = 1; port <= PartMemory.MOST + 10; port++) {
      memory.lost(socket(port), SPAN, at(0));
    }
    assertThat(memory.size()).isEqualTo(PartMemory.MOST);
    assertThat(memory.isKnown(socket(PartMemory.MOST), SPAN, at(0))).isTrue();
    assertThat(memory.isKnown(socket(PartMemory.MOST + 1), SPAN, at(0))).isFalse();
    memory.gained(socket(1), SPAN, at(0));
    memory.lost(socket(1), SPAN, at(0));
    assertThat(memory.cameBack(socket(1), SPAN, at(0))).isTrue();
  }
}
