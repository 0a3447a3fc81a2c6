package io.fairlead.registry.consul;

import java.util.Optional;

/**
 * Decides whether an answer with status 200 may be believed: ACLs can shorten it. Owned by the
 * loop.
 */
final class Trust {
  private static final String RIGHTS =
      "(expected: a token with service_prefix \"\" {policy=\"read\"} and node_prefix \"\""
          + " {policy=\"read\"}; or aclFiltering: ACCEPT)";

  private final ConsulConfiguration configuration;
  private boolean sawServers;

  Trust(ConsulConfiguration configuration) {
    this.configuration = configuration;
  }

  /** Why a catalog is not to be believed. */
  Optional<String> doubt(Answer.Read<Catalog> read) {
    if (isShortened(read)) {
      return Optional.of("catalog: Consul leaves services out because of ACLs " + RIGHTS);
    }
    // Consul says that it shortened an answer only to those who sent a token; without one, the
    // lack of what must be there tells.
    Catalog catalog = read.value();
    boolean mustHoldServers = sawServers || catalog.names().isEmpty();
    if (configuration.holdsServers()
        && mustHoldServers
        && !catalog.holdsServers()
        && !read.filtered()) {
      return Optional.of(
          "catalog: Consul's own service is not in it: the servers are not registered yet, or ACLs"
              + " hide it "
              + RIGHTS);
    }
    sawServers = sawServers || catalog.holdsServers();
    return Optional.empty();
  }

  /** Why the instances of a service are not to be believed. */
  Optional<String> doubt(Entry entry, Answer.Read<ServiceHealth> read) {
    return isShortened(read)
        ? Optional.of(entry.id + ": Consul leaves instances out because of ACLs " + RIGHTS)
        : Optional.empty();
  }

  private boolean isShortened(Answer.Read<?> read) {
    return read.filtered() && configuration.aclFiltering() == AclFiltering.REFUSE;
  }
}
