package io.fairlead.aggregation.damping;

import io.fairlead.common.Durations;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import java.time.Duration;

/** The limits by which a service that changes again and again is slowed down. */
public record DampingPolicy(
    @Key(
            value = "repeated changes within the window that go out as they come",
            defaultValue = "10",
            min = "1")
        int free,
    @Key(
            value =
                "the time over which changes are counted, and after which a service without"
                    + " repetitions is as good as new",
            defaultValue = "1m",
            min = "1ms")
        Duration window,
    @Key(
            value = "how long the first addition waits that is too many",
            defaultValue = "1s",
            min = "1ms")
        Duration first,
    @Key(
            value = "longest wait of an addition, to which the wait doubles; not below first",
            defaultValue = "1m")
        Duration max) {
  /** The policy that holds unless something else is configured. */
  public static final DampingPolicy DEFAULT = KeyedRecord.of(DampingPolicy.class).defaults();

  /** Nothing is ever slowed down. */
  public static final DampingPolicy OFF =
      new DampingPolicy(
          Integer.MAX_VALUE, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(1));

  public DampingPolicy {
    if (max.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "max: "
              + Durations.format(max)
              + " (expected: not below first, "
              + Durations.format(first)
              + ")");
    }
  }

  /** Returns the time without repetitions after which a service is as good as new. */
  Duration quiet() {
    return window.compareTo(max) > 0 ? window : max;
  }
}
