package io.fairlead.registry.consul;

import java.time.Duration;

/**
 * The parameters of a read: at once or blocking, and how fresh.
 *
 * @param index the index above which Consul answers; 0 answers at once
 * @param maxWait the longest wait
 * @param mode the consistency mode
 */
record Query(long index, Duration maxWait, Mode mode) {
  /** Consul's consistency modes; {@code stale} answers without quorum and so is never used. */
  enum Mode {
    /** The leader answers on the strength of its lease. */
    DEFAULT,
    /** The leader answers after asking its peers. */
    CONSISTENT
  }

  /** A read that answers at once. */
  static final Query NOW = new Query(0, Duration.ZERO, Mode.DEFAULT);

  /** A read that answers at once, with the strongest guarantee. */
  static final Query CONFIRM = new Query(0, Duration.ZERO, Mode.CONSISTENT);

  static Query after(long index, Duration maxWait) {
    return new Query(index, maxWait, Mode.DEFAULT);
  }

  boolean blocks() {
    return index > 0;
  }
}
