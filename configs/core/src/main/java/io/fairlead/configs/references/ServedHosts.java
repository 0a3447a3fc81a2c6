package io.fairlead.configs.references;

import java.util.Optional;

/** The services that are served, by their hosts. */
public interface ServedHosts {
  /**
   * Returns the service of a host.
   *
   * @param host in small letters, without a wildcard
   */
  Optional<ServedService> find(String host);

  /**
   * Whether a service is served whose host a wildcard covers.
   *
   * @param wildcard {@code *} or {@code *.ending}
   */
  boolean anyWithin(String wildcard);
}
