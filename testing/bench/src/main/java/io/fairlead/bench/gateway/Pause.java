package io.fairlead.bench.gateway;

import java.time.Duration;

/** Waiting for time to pass, where time is what a scenario is about. */
public final class Pause {
  private Pause() {}

  /** Waits. */
  public static void of(Duration time) {
    try {
      Thread.sleep(time.toMillis(), (int) (time.toNanos() % 1_000_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted (expected: left alone)", e);
    }
  }
}
