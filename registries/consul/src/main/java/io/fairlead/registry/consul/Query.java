package io.fairlead.registry.consul;

import java.time.Duration;

/**
 * How to read: at once or blocking, and how fresh.
 *
 * @param index wait until Consul's index is above it; 0 answers at once
 * @param patience how long to wait at most
 * @param mode which consistency
 */
record Query(long index, Duration patience, Mode mode) {
  /** Consul's consistency modes; {@code stale} answers without quorum and so is never used. */
  enum Mode {
    /** The leader by its lease. */
    DEFAULT,
    /** The leader after it asked its peers. */
    CONSISTENT
  }

  /** Answers at once. */
  static final Query NOW = new Query(0, Duration.ZERO, Mode.DEFAULT);

  /** Answers at once, with the strongest guarantee. */
  static final Query CONFIRM = new Query(0, Duration.ZERO, Mode.CONSISTENT);

  static Query after(long index, Duration patience) {
    return new Query(index, patience, Mode.DEFAULT);
  }

  boolean blocks() {
    return index > 0;
  }
}
