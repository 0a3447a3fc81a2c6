package io.fairlead.registry;

/**
 * Whether a registry means an instance to take traffic. Only {@link #READY} instances become
 * endpoints; the others differ in the reason that is counted and shown.
 */
public enum Availability {
  /** Takes traffic. */
  READY,
  /** The registry's health checks fail. */
  UNHEALTHY,
  /** Switched off by its owner (Nacos {@code enabled=false}). */
  DISABLED,
  /** In maintenance (Consul's maintenance checks). */
  MAINTENANCE
}
