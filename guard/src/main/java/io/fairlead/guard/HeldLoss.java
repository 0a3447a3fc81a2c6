package io.fairlead.guard;

/**
 * A loss that is not let through. Immutable.
 *
 * @param <K> identifies what a loss concerns: a service, a resource
 */
public interface HeldLoss<K> {
  /** Identifies what has lost something. */
  K key();

  /** Number of endpoints before. */
  int before();

  /** Number of endpoints by the latest report. */
  int now();

  /** The time from which on it was seen without a break. */
  Moment since();

  /** The form in which people see it. */
  HeldService shownAs();
}
