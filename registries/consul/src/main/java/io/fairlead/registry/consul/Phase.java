package io.fairlead.registry.consul;

/** What the sink is told at present. */
enum Phase {
  /** Everything is being read for the first time; the sink gets it as a whole. */
  READING,
  /** The sink is told each change. */
  LIVE,
  /** Consul was reset: services get time to register again, and what is missing is kept. */
  SETTLING,
  /** The time is over, and everything is read once more; what is missing is kept until then. */
  REREADING;

  /** Whether instances that an answer lacks are kept. */
  boolean keeps() {
    return this == SETTLING || this == REREADING;
  }
}
