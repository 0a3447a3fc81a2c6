package io.fairlead.harness;

import java.time.Duration;

/**
 * A wait for time to pass: between two looks at a server, where something must not happen
 * meanwhile, or where time is what a scenario is about.
 */
public final class Pause {
  private Pause() {}

  /** Waits; an interrupt is an error. */
  public static void of(Duration time) {
    try {
      Thread.sleep(time.toMillis(), (int) (time.toNanos() % 1_000_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in a pause of " + time, e);
    }
  }
}
