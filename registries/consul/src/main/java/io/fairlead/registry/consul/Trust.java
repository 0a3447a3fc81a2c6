package io.fairlead.registry.consul;

import java.util.Optional;

/**
 * The check whether an answer with status 200 can be trusted: ACLs can shorten it. Owned by the
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

  /** Returns why a catalog must not be trusted; empty if it can be. */
  Optional<String> reasonToDistrust(Answer.Read<Catalog> read) {
    if (isShortened(read)) {
      return Optional.of("catalog: Consul leaves services out because of ACLs " + RIGHTS);
    }
    // Consul reports a shortened answer only to callers that sent a token; without one, the lack of
    // Consul's own service shows it.
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

  /** Returns why the instances of a service must not be trusted; empty if they can be. */
  Optional<String> reasonToDistrust(TrackedService tracked, Answer.Read<ServiceHealth> read) {
    return isShortened(read)
        ? Optional.of(tracked.id + ": Consul leaves instances out because of ACLs " + RIGHTS)
        : Optional.empty();
  }

  private boolean isShortened(Answer.Read<?> read) {
    return read.filtered() && configuration.aclFiltering() == AclFiltering.REFUSE;
  }
}
