package io.fairlead.aggregation;

import java.time.Duration;

/**
 * When the loss of a registry's services or endpoints is so large that it needs more than the
 * registry's word.
 *
 * @param share share of what the registry contributes, 0 to 1: a loss of more than that is held
 * @param atLeast smaller losses are never held, whatever their share; positive
 * @param confirmAfter how long the registry has to say the same before it is believed; positive
 */
public record GuardPolicy(double share, int atLeast, Duration confirmAfter) {
  /** 30 %, at least 10, 5 minutes. */
  public static final GuardPolicy DEFAULT = new GuardPolicy(0.3, 10, Duration.ofMinutes(5));

  /** Nothing is ever held. */
  public static final GuardPolicy OFF =
      new GuardPolicy(1, Integer.MAX_VALUE, Duration.ofMinutes(5));

  public GuardPolicy {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
    }
    if (atLeast < 1) {
      throw new IllegalArgumentException("atLeast: " + atLeast + " (expected: 1 or more)");
    }
    if (confirmAfter.isNegative() || confirmAfter.isZero()) {
      throw new IllegalArgumentException(
          "confirmAfter: " + confirmAfter + " (expected: more than 0)");
    }
  }

  /** Whether nothing is ever held. */
  boolean isOff() {
    return atLeast == Integer.MAX_VALUE;
  }

  /** Whether a loss needs more than the registry's word: services and endpoints, each by itself. */
  boolean isTooMuch(Extent lost, Extent of) {
    return isTooMuch(lost.services(), of.services()) || isTooMuch(lost.endpoints(), of.endpoints());
  }

  private boolean isTooMuch(int lost, int of) {
    return lost >= atLeast && lost > share * of;
  }
}
