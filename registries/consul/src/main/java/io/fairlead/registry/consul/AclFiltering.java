package io.fairlead.registry.consul;

/** What to make of answers that Consul says it shortened because of the token's rights. */
public enum AclFiltering {
  /** They count as failed reads: additions go through, nothing is removed, staleness is shown. */
  REFUSE,
  /** What the token may see is the registry: for tokens that are narrow on purpose. */
  ACCEPT
}
