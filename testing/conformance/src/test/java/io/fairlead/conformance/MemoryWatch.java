package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.LiveHeap;
import io.fairlead.harness.ProcessUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a gateway in the course of a soak: after a sixth of it, in the middle and at the
 * end. Confined to one thread.
 */
final class MemoryWatch {
  private static final double MEGABYTE = 1e6;
  private static final int PARTS = 6;
  // In a short run, code is still loaded and histories are not full.
  private static final Duration MIN_LENGTH = Duration.ofMinutes(20);
  private static final int SHOWN_CLASSES = 25;

  private final GatewayProcess gateway;
  private final Duration length;
  private final List<Look> looks = new ArrayList<>();

  private record Look(Duration elapsed, LiveHeap heap, ProcessUsage usage) {}

  MemoryWatch(GatewayProcess gateway, Duration length) {
    this.gateway = gateway;
    this.length = length;
  }

  /** Looks if it is time for it. */
  void look(Duration elapsed) {
    Duration due = length.multipliedBy(looks.isEmpty() ? 1 : 3).dividedBy(PARTS);
    if (looks.size() < 2 && elapsed.compareTo(due) >= 0) {
      add(elapsed);
    }
  }

  private void add(Duration elapsed) {
    long pid = gateway.process().pid();
    ProcessUsage usage = ProcessUsage.of(pid);
    looks.add(new Look(elapsed, LiveHeap.of(pid), usage));
    Soak.say(
        "memory after %d s: %.1f MB live, %.0f MB resident, %d s of processor time",
        elapsed.toSeconds(),
        megabytes(looks.size() - 1),
        resident(looks.size() - 1),
        usage.cpu().toSeconds());
  }

  private double megabytes(int look) {
    return looks.get(look).heap().bytes() / MEGABYTE;
  }

  private double resident(int look) {
    return looks.get(look).usage().residentBytes() / MEGABYTE;
  }

  /** Fails if it has grown. */
  void judge() {
    add(length);
    for (Look look : List.of(looks.get(0), looks.get(looks.size() - 1))) {
      Soak.say(
          "the largest classes after %d s:%n%s",
          look.elapsed().toSeconds(),
          String.join("\n", look.heap().histogram().lines().limit(SHOWN_CLASSES).toList()));
    }
    if (length.compareTo(MIN_LENGTH) >= 0) {
      assertThat(megabytes(2))
          .as("live at the end, MB; after a sixth: %.1f", megabytes(0))
          .isLessThan(megabytes(0) * 1.1 + 3);
      // The JVM may keep a little more of what is free at one look than at another.
      assertThat(resident(2))
          .as("resident at the end, MB; after a sixth: %.0f", resident(0))
          .isLessThan(resident(0) * 1.25);
    }
  }
}
