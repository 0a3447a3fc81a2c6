package io.fairlead.registry.consul;

/** Why a call of Consul's API gave nothing that can be believed. */
enum Fault {
  /** No connection, a lost one, or no answer in time. */
  UNREACHABLE,
  /** 429, or no connection left within Consul's limit. */
  LIMITED,
  /** 5xx, such as no leader. */
  SERVER,
  /** 403: the token is unknown or lacks a right. */
  DENIED,
  /** 401, which Consul only says of calls about ACLs while they are switched off. */
  NO_ACLS,
  /** Any other status. */
  REFUSED,
  /** 200 with a body that is not what the API promises. */
  MALFORMED;

  /** Whether the next try may well succeed: told only if it does not. */
  boolean mayPass() {
    return this == UNREACHABLE || this == LIMITED || this == SERVER;
  }
}
