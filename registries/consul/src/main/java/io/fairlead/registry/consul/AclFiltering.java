package io.fairlead.registry.consul;

/** The treatment of answers that Consul says it shortened because of the token's rights. */
public enum AclFiltering {
  /** They count as failed reads: additions go through, nothing is removed, the failure is shown. */
  REFUSE,
  /** They count as complete: for tokens that are narrow on purpose. */
  ACCEPT
}
