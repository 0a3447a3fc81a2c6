package io.fairlead.registry.consul;

/** The address at which an instance is reached, where it has no tagged address that is wanted. */
public enum AddressChoice {
  /** That of its registration; its node's if it has none. */
  SERVICE,
  /** That of its node, with the port of its registration. */
  NODE
}
