package io.fairlead.bench.scenario;

import io.fairlead.harness.Pause;
import java.io.IOException;
import java.time.Duration;

/** Does something at a rate, without falling behind for good when a step is slow. */
final class Pace {
  private Pace() {}

  /** One step, by its number from 0. */
  @FunctionalInterface
  interface Step {
    void run(int number) throws IOException;
  }

  /** Does a number of steps at a rate. */
  static void run(int steps, double perSecond, Step step) throws IOException {
    long begin = System.nanoTime();
    for (int number = 0; number < steps; number++) {
      long due = begin + (long) (number / perSecond * 1e9);
      long left = due - System.nanoTime();
      if (left > 0) {
        Pause.of(Duration.ofNanos(left));
      }
      step.run(number);
    }
  }
}
