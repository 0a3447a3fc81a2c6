package io.fairlead.configs.references;

/** The extent to which the services that documents may name are in a snapshot. */
public enum KnownServices {
  /** All that registries and config sources have. */
  ALL,
  /**
   * Some: a registry was not read, which may have any host with any port and label. Nothing is said
   * about hosts, then.
   */
  SOME
}
