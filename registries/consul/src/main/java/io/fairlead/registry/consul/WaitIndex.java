package io.fairlead.registry.consul;

/**
 * Consul's rules for the index of a blocking query (documentation, "Blocking Queries"): after an
 * index that went backwards a query starts again from 0; one below 1 is taken as 1, as 0 would not
 * block.
 */
final class WaitIndex {
  private WaitIndex() {}

  static boolean wentBackwards(long last, long got) {
    // Without the header every answer counts as 1, so the index never goes backwards.
    return usable(got) < last;
  }

  static long usable(long got) {
    return Math.max(1, got);
  }
}
