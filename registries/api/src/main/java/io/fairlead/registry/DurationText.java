package io.fairlead.registry;

import java.time.Duration;

/** Writes durations as the configuration has them: {@code 100ms}, {@code 10s}, {@code 5m}. */
public final class DurationText {
  private DurationText() {}

  /** With the largest unit that loses nothing; parts below 1 ms are dropped. */
  public static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0 || millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 60 != 0) {
      return seconds + "s";
    }
    return seconds % 3600 != 0 ? seconds / 60 + "m" : seconds / 3600 + "h";
  }
}
