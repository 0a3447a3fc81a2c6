package io.fairlead.registry.consul;

/** The treatment of instances that are proxies of Consul's own mesh. */
public enum Proxies {
  /** They are left out, as gateways are: applications are reached directly. */
  LEAVE_OUT,
  /**
   * Applications are reached through their sidecar proxies; those without a proxy, unless they
   * speak the mesh's protocol themselves, have no endpoint.
   */
  USE
}
