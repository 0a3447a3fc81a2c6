package io.fairlead.guard;

import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import java.time.Duration;

/** The size from which the loss of a registry's services or endpoints needs a confirmation. */
public record GuardPolicy(
    @Key(
            value =
                "a loss of more than that share of a registry's services or endpoints is held; 1"
                    + " holds nothing",
            defaultValue = "0.3",
            min = "0",
            max = "1",
            expected = "share of a registry's services or endpoints, {range}; 1 holds nothing")
        double share,
    @Key(
            value = "smaller losses are never held, whatever their share",
            defaultValue = "10",
            min = "1")
        int atLeast,
    @Key(
            value = "how long the registry has to say the same before it is believed",
            defaultValue = "5m",
            min = "1ms")
        Duration confirmAfter) {
  /** The policy that holds unless something else is configured. */
  public static final GuardPolicy DEFAULT = KeyedRecord.of(GuardPolicy.class).defaults();

  /** Nothing is ever held. */
  public static final GuardPolicy OFF =
      new GuardPolicy(1, Integer.MAX_VALUE, Duration.ofMinutes(5));

  /** Whether nothing is ever held. */
  boolean isOff() {
    return atLeast == Integer.MAX_VALUE;
  }

  /** Whether a loss needs more than the registry's word: services and endpoints, each by itself. */
  boolean isTooMuch(ServiceCount lost, ServiceCount of) {
    return isTooMuch(lost.services(), of.services()) || isTooMuch(lost.endpoints(), of.endpoints());
  }

  private boolean isTooMuch(int lost, int of) {
    return lost >= atLeast && lost > share * of;
  }
}
