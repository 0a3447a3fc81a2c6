package io.fairlead.registry.support;

import java.time.Duration;
import java.util.Objects;

/**
 * The rules by which a {@link RegistryMirror} believes that something is gone. Immutable.
 *
 * @param settle how long services have to register again after the registry could not be read, or
 *     after it lost much at once: what is missing is kept for that time
 * @param confirmation the least time between two answers that confirm each other
 * @param removals what a removal takes while nothing is wrong
 */
public record MirrorOptions(Duration settle, Duration confirmation, Removals removals) {
  private static final Duration CONFIRMATION = Duration.ofSeconds(1);

  /** The evidence that a removal takes while the registry is readable and lost little. */
  public enum Removals {
    /**
     * One answer removes: right for a registry whose answers are never behind, such as ZooKeeper.
     */
    BELIEVED,
    /**
     * A second answer has to confirm that a service is gone, or has no instance any more: right for
     * a registry whose nodes or caches may be behind, such as Eureka.
     */
    CONFIRMED
  }

  public MirrorOptions {
    Objects.requireNonNull(removals, "removals");
    if (settle.isNegative() || confirmation.isNegative()) {
      throw new IllegalArgumentException(
          "settle: " + settle + ", confirmation: " + confirmation + " (expected: not negative)");
    }
    // A doubted answer is never believed sooner than one that is not doubted.
    settle = settle.compareTo(confirmation) < 0 ? confirmation : settle;
  }

  /** Returns options with the usual confirmation: a second answer, a second later. */
  public static MirrorOptions confirming(Duration settle) {
    return new MirrorOptions(settle, CONFIRMATION, Removals.CONFIRMED);
  }

  /** Returns options by which one answer removes while nothing is wrong. */
  public static MirrorOptions believing(Duration settle) {
    return new MirrorOptions(settle, CONFIRMATION, Removals.BELIEVED);
  }
}
