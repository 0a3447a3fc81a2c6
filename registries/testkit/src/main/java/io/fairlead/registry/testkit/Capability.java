package io.fairlead.registry.testkit;

/**
 * A feature that not every registry has. A contract test that needs one is reported as not
 * applicable, with this name, for a registry that declares to lack it.
 */
public enum Capability {
  /** Instances have a weight, whole numbers at least. */
  WEIGHTS,
  /** A weight may be a fraction, such as 0.5. */
  FRACTIONAL_WEIGHTS,
  /** Services have metadata of their own. */
  SERVICE_METADATA,
  /** Instances have metadata. */
  INSTANCE_METADATA,
  /** Instances have a locality of their own, outside the metadata. */
  LOCALITY,
  /** An instance can be unhealthy and is still read. */
  UNHEALTHY,
  /** An instance can be switched off by its owner and is still read. */
  DISABLED,
  /** An instance can be in maintenance and is still read. */
  MAINTENANCE,
  /** A service can exist without ever having had an instance. */
  EMPTY_SERVICES,
  /** {@code alive()} is called now and then while nothing changes. */
  ALIVE_WHILE_QUIET,
  /** Names that differ only in case are names of different services. */
  CASE_SENSITIVE_NAMES,
  /** The registry is reached over TCP, and the fixture has a {@link FaultProxy} on the way. */
  NETWORK,
  /** The registry can be restarted by the test. */
  RESTART,
  /** The registry asks for a secret and refuses a wrong one. */
  LOGIN,
  /** The adapter remembers what it told, for {@code RegistryAdapter.reported}. */
  REPORTED
}
