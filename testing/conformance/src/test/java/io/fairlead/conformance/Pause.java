package io.fairlead.conformance;

import java.time.Duration;

/** Lets time pass in which something must not happen, or that is part of what a test plays. */
final class Pause {
  private Pause() {}

  static void of(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in a pause of " + time, e);
    }
  }
}
