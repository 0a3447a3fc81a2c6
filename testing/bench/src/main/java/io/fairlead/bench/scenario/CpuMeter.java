package io.fairlead.bench.scenario;

import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The CPU that a process spends on something, without what it spends when nothing is asked of it,
 * which is measured right before. The kernel counts in steps of 10 ms, so one reading should be
 * about many changes. Confined to one thread.
 */
final class CpuMeter {
  private final Supplier<ProcessUsage> usage;
  private final LongSupplier clock;
  private final double rest;
  private final long begun;
  private final ProcessUsage before;

  private CpuMeter(Supplier<ProcessUsage> usage, LongSupplier clock, double rest) {
    this.usage = usage;
    this.clock = clock;
    this.rest = rest;
    this.begun = clock.getAsLong();
    this.before = usage.get();
  }

  /**
   * Watches a process at rest, then begins to measure.
   *
   * @param time for how long it rests; zero: what it does at rest counts as well
   */
  static CpuMeter begin(Supplier<ProcessUsage> usage, Duration time) {
    return begin(usage, time, System::nanoTime, Pause::of);
  }

  /** A way to let time pass. */
  interface Waiting {
    void of(Duration time);
  }

  static CpuMeter begin(
      Supplier<ProcessUsage> usage, Duration time, LongSupplier clock, Waiting waiting) {
    if (time.isZero()) {
      return new CpuMeter(usage, clock, 0);
    }
    ProcessUsage first = usage.get();
    long begin = clock.getAsLong();
    waiting.of(time);
    double rest = (double) usage.get().cpuSince(first).toNanos() / (clock.getAsLong() - begin);
    return new CpuMeter(usage, clock, rest);
  }

  /** Milliseconds of CPU since the beginning beyond those at rest; never below 0. */
  double millis() {
    long all = usage.get().cpuSince(before).toNanos();
    return Math.max(0, all - rest * (clock.getAsLong() - begun)) / 1e6;
  }
}
