package io.fairlead.registry;

/**
 * The state of an instance by which it takes traffic or not. Only {@link #READY} instances become
 * endpoints; the others differ in the reason that is counted and shown.
 */
public enum Availability {
  /** The instance takes traffic. */
  READY,
  /** The registry's health checks fail. */
  UNHEALTHY,
  /** Switched off by its owner (Nacos {@code enabled=false}). */
  DISABLED,
  /** In maintenance (Consul's maintenance checks). */
  MAINTENANCE
}
