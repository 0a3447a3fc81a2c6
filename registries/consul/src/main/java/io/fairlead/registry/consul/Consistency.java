package io.fairlead.registry.consul;

/** Consul's consistency modes, for what is read all the time. */
public enum Consistency {
  /** The leader answers on the strength of its lease. */
  DEFAULT,
  /** The leader answers after asking its peers. */
  CONSISTENT,
  /**
   * Any server answers queries that wait for a change; what is read at once is read from the
   * leader.
   */
  STALE
}
