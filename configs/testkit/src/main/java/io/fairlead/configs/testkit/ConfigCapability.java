package io.fairlead.configs.testkit;

/** A property of a store of documents that not every store has. */
public enum ConfigCapability {
  /** Several documents can be written at one moment. */
  TRANSACTION,
  /** The store is reached over a network that a proxy can disturb. */
  NETWORK,
  /** The store can be started anew and keeps what it has. */
  RESTART,
  /** The store asks for a login. */
  LOGIN
}
