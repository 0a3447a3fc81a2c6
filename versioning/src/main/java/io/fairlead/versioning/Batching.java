package io.fairlead.versioning;

import io.fairlead.common.Durations;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import java.time.Duration;

/**
 * The batching of changes into commits: after a quiet time without further changes, but no later
 * than a ceiling after the first, so that a service that flaps all the time delays nobody. With a
 * leading edge a change that comes alone does not wait: only what follows closely is gathered.
 */
public record Batching(
    @Key(
            value = "how long nothing must change before what gathered goes out",
            defaultValue = "100ms")
        Duration quiet,
    @Key(value = "longest wait of a change; not below quiet", defaultValue = "1s") Duration max,
    @Key(
            value =
                "whether a change that comes alone goes out at once; false: every change waits for"
                    + " the quiet time",
            defaultValue = "true")
        boolean leading) {
  /** The default. */
  public static final Batching DEFAULT = KeyedRecord.of(Batching.class).defaults();

  public Batching {
    if (quiet.isNegative()) {
      throw new IllegalArgumentException("quiet: " + quiet + " (expected: not negative)");
    }
    if (max.compareTo(quiet) < 0) {
      throw new IllegalArgumentException(
          "max: "
              + Durations.format(max)
              + " (expected: not below quiet, "
              + Durations.format(quiet)
              + ")");
    }
  }

  /** Creates a batching with a leading edge. */
  public Batching(Duration quiet, Duration max) {
    this(quiet, max, true);
  }
}
