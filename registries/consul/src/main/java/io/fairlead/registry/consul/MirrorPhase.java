package io.fairlead.registry.consul;

/** The phase of a mirror, which decides what the sink gets. */
enum MirrorPhase {
  /** Everything is being read; the sink gets it as a whole. */
  READING,
  /** The sink gets each change. */
  LIVE,
  /** Consul was reset: services get time to register again, and missing instances are retained. */
  SETTLING,
  /**
   * That time is over, and everything is read once more; missing instances are retained until then.
   */
  REREADING;

  /** Whether instances that an answer lacks are retained. */
  boolean retainsMissing() {
    return this == SETTLING || this == REREADING;
  }
}
