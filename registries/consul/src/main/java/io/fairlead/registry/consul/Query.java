package io.fairlead.registry.consul;

/**
 * How to read: at once or blocking, and how fresh.
 *
 * @param index wait until Consul's index is above it; 0 answers at once
 * @param mode which consistency
 */
record Query(long index, Mode mode) {
  /** Consul's consistency modes; {@code stale} answers without quorum and so is never used. */
  enum Mode {
    /** The leader by its lease. */
    DEFAULT,
    /** The leader after it asked its peers. */
    CONSISTENT
  }

  /** Answers at once. */
  static final Query NOW = new Query(0, Mode.DEFAULT);

  /** Answers at once, with the strongest guarantee. */
  static final Query CONFIRM = new Query(0, Mode.CONSISTENT);

  static Query after(long index) {
    return new Query(index, Mode.DEFAULT);
  }

  boolean blocks() {
    return index > 0;
  }
}
