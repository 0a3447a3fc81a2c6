package io.fairlead.registry.consul;

/** The kind of failure of a call of Consul's API. */
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

  /** Whether the next attempt is likely to succeed, so that only a repeated failure is reported. */
  boolean mayPass() {
    return this == UNREACHABLE || this == LIMITED || this == SERVER;
  }
}
