package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.HashSet;
import java.util.Set;

/**
 * The names of all resources, with who has and who mentions them: so a change is looked at by those
 * that it concerns, however many resources there are. Confined to one thread.
 */
final class Names {
  private static final String EVERYTHING = "*";
  private static final ResourceType RULE = Referrer.type(IstioKind.DESTINATION_RULE);

  // ServiceEntries by their hosts.
  private final UserTable<String> servers = new UserTable<>();
  // VirtualServices and DestinationRules by the hosts that they mention.
  private final UserTable<String> users = new UserTable<>();
  // VirtualServices by the Gateways and delegates that they mention.
  private final UserTable<ResourceKey> dependents = new UserTable<>();
  // Hosts with a wildcard, of which there are few.
  private final Set<String> wildcardServers = new HashSet<>();
  private final Set<String> wildcardUsers = new HashSet<>();

  void add(Resource resource) {
    Mentions mentions = Mentions.of(resource);
    for (String host : mentions.served()) {
      servers.add(host, resource.key());
      if (HostNames.isWildcard(host)) {
        wildcardServers.add(host);
      }
    }
    for (String host : mentions.hosts()) {
      users.add(host, resource.key());
      if (HostNames.isWildcard(host)) {
        wildcardUsers.add(host);
      }
    }
    mentions.resources().forEach(each -> dependents.add(each, resource.key()));
  }

  void remove(Resource resource) {
    Mentions mentions = Mentions.of(resource);
    for (String host : mentions.served()) {
      servers.remove(host, resource.key());
      if (servers.of(host).isEmpty()) {
        wildcardServers.remove(host);
      }
    }
    for (String host : mentions.hosts()) {
      users.remove(host, resource.key());
      if (users.of(host).isEmpty()) {
        wildcardUsers.remove(host);
      }
    }
    mentions.resources().forEach(each -> dependents.remove(each, resource.key()));
  }

  /** Adds all that a change of a resource may concern. Both as it was and as it is count. */
  void addConcerned(Resource resource, Set<ResourceKey> concerned) {
    Mentions mentions = Mentions.of(resource);
    concerned.addAll(dependents.of(resource.key()));
    concerned.add(resource.key());
    for (String host : mentions.served()) {
      concerned.addAll(servers.of(host));
      if (HostNames.isWildcard(host)) {
        addOverlapping(host, concerned);
      } else {
        concerned.addAll(users.of(host));
        for (String wildcard : wildcardUsers) {
          // Of that one nothing is said, so that a change of a host is none of it.
          if (!wildcard.equals(EVERYTHING) && Hosts.isWithin(host, wildcard)) {
            concerned.addAll(users.of(wildcard));
          }
        }
      }
    }
    for (String host : mentions.claimed()) {
      // A rule for a wildcard has subsets for all that it covers.
      if (HostNames.isWildcard(host) && resource.key().type().equals(RULE)) {
        addOverlapping(host, concerned);
      } else {
        concerned.addAll(users.of(host));
      }
    }
  }

  private void addOverlapping(String wildcard, Set<ResourceKey> concerned) {
    for (String other : users.names()) {
      if (Hosts.overlap(wildcard, other)) {
        concerned.addAll(users.of(other));
      }
    }
  }

  /** Returns the ServiceEntries that have a host as it is written. */
  Set<ResourceKey> serversOf(String host) {
    return servers.of(host);
  }

  /** Returns the VirtualServices and DestinationRules that mention a host as it is written. */
  Set<ResourceKey> usersOf(String host) {
    return users.of(host);
  }

  /** Whether a ServiceEntry has a host, by itself or by a wildcard; or one that it covers. */
  boolean isServed(String host) {
    if (HostNames.isWildcard(host)) {
      return servers.names().stream().anyMatch(each -> Hosts.overlap(each, host));
    }
    return !servers.of(host).isEmpty()
        || wildcardServers.stream().anyMatch(each -> Hosts.isWithin(host, each));
  }

  /** Returns the hosts with a wildcard which cover another one, as they are mentioned. */
  Set<String> wildcardsOver(String host) {
    Set<String> found = new HashSet<>();
    for (String wildcard : wildcardUsers) {
      if (Hosts.isWithin(host, wildcard)) {
        found.add(wildcard);
      }
    }
    return found;
  }
}
