package io.fairlead.registry.consul;

/** What the sink is told at present. */
enum Phase {
  /** Everything is being read; the sink gets it as a whole. */
  READING,
  /** The sink is told each change. */
  LIVE,
  /** Consul was reset: the sink is told what is added. */
  SETTLING
}
