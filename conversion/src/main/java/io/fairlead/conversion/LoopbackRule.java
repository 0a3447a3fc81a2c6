package io.fairlead.conversion;

/**
 * The treatment of instances with a loopback address ({@code 127.0.0.0/8}, {@code ::1}, {@code
 * localhost}). Such an address names every proxy's own machine, so it is only of use where
 * registry, mesh and services share one.
 */
public enum LoopbackRule {
  /** Left out and counted. */
  REFUSE,
  /** Served like any other address: for demonstrations and tests on one machine. */
  ALLOW
}
