package io.fairlead.bench.scenario;

import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import java.time.Duration;
import java.util.function.Supplier;

/** Waiting for a process to have nothing left to do. */
final class Rest {
  private Rest() {}

  /**
   * Waits until a process uses little CPU.
   *
   * @param share of one core that is little
   * @param window for how long it must use no more
   * @param limit of the whole waiting
   * @return whether it came to rest within the limit
   */
  static boolean await(
      Supplier<ProcessUsage> usage, double share, Duration window, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    ProcessUsage before = usage.get();
    while (System.nanoTime() < deadline) {
      Pause.of(window);
      ProcessUsage now = usage.get();
      if (now.cpuSince(before).toNanos() <= share * window.toNanos()) {
        return true;
      }
      before = now;
    }
    return false;
  }
}
