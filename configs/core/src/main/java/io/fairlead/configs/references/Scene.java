package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.Subset;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that names may lead to in one snapshot: services, gateways, subsets, delegates. What is asked
 * for is decoded once. Confined to one thread.
 */
final class Scene {
  private final Names names;
  private final Snapshot snapshot;
  private final KnownServices known;
  private final Map<String, Optional<ServedService>> services = new HashMap<>();
  private final Map<String, Optional<Set<String>>> subsets = new HashMap<>();
  private final Map<ResourceKey, Optional<Referrer>> resources = new HashMap<>();

  Scene(Names names, Snapshot snapshot, KnownServices known) {
    this.names = names;
    this.snapshot = snapshot;
    this.known = known;
  }

  private Optional<Referrer> find(ResourceKey key) {
    Resource resource = snapshot.find(key);
    return resource == null ? Optional.empty() : Optional.of(Referrer.of(resource));
  }

  /** Returns the service of a full name, if all that have it are known. */
  Optional<ServedService> service(String host) {
    if (known == KnownServices.SOME) {
      return Optional.empty();
    }
    return services.computeIfAbsent(
        host,
        key -> {
          List<ServedService> found =
              names.serversOf(host).stream()
                  .flatMap(server -> find(server).stream())
                  .map(ServedService::of)
                  .toList();
          return found.isEmpty() ? Optional.empty() : Optional.of(ServedService.union(found));
        });
  }

  /**
   * Returns another ServiceEntry that has a host as it is written, and that an istiod sees beside
   * this one; of several one of the same namespace.
   */
  Optional<Referrer> serverBeside(Referrer entry, String host) {
    return names.serversOf(host).stream()
        .filter(key -> !key.name().equals(entry.fullName()))
        .sorted(
            Comparator.comparing((ResourceKey key) -> !isIn(entry.namespace(), key))
                .thenComparing(Comparator.naturalOrder()))
        .flatMap(key -> find(key).stream())
        .filter(other -> isVisibleBeside(entry, other))
        .findFirst();
  }

  private static boolean isIn(String namespace, ResourceKey key) {
    return key.name().startsWith(namespace + "/");
  }

  private static boolean isVisibleBeside(Referrer entry, Referrer other) {
    if (!Referrer.meet(entry.revisions(), other.revisions())) {
      return false;
    }
    Set<String> its = ServedService.of(entry).exportTo();
    Set<String> others = ServedService.of(other).exportTo();
    return entry.namespace().equals(other.namespace())
        || its.isEmpty()
        || others.isEmpty()
        || its.stream().anyMatch(others::contains);
  }

  /** Whether there is a service with this full name, or may be one that is not known here. */
  boolean mayExist(String host) {
    return known == KnownServices.SOME
        || HostNames.isOfKubernetes(host)
        || Hosts.isIp(host)
        || names.isServed(host);
  }

  /** Whether a DestinationRule is for this host as it is written. */
  boolean hasRule(String host) {
    return subsetsOf(host).isPresent();
  }

  /** Whether a DestinationRule has the subset of a host. */
  boolean hasSubset(String host, String subset) {
    return subsetsOf(host).filter(found -> found.contains(subset)).isPresent()
        || names.wildcardsOver(host).stream()
            .anyMatch(over -> subsetsOf(over).filter(found -> found.contains(subset)).isPresent());
  }

  private Optional<Set<String>> subsetsOf(String host) {
    return subsets.computeIfAbsent(
        host,
        key -> {
          boolean hasRule = false;
          Set<String> found = new HashSet<>();
          for (ResourceKey user : names.usersOf(host)) {
            if (user.type().equals(Referrer.type(IstioKind.DESTINATION_RULE))) {
              hasRule = true;
              find(user)
                  .map(rule -> (DestinationRule) rule.spec())
                  .ifPresent(
                      rule ->
                          rule.getSubsetsList().stream().map(Subset::getName).forEach(found::add));
            }
          }
          return hasRule ? Optional.of(found) : Optional.empty();
        });
  }

  /** Returns the gateway of {@code NAMESPACE/NAME}. */
  Optional<Gateway> gateway(String name) {
    return named(IstioKind.GATEWAY, name).map(found -> (Gateway) found.spec());
  }

  /** Whether there is a VirtualService without hosts of {@code NAMESPACE/NAME}. */
  boolean hasDelegate(String name) {
    return named(IstioKind.VIRTUAL_SERVICE, name)
        .filter(VirtualServiceReferences::isDelegate)
        .isPresent();
  }

  private Optional<Referrer> named(IstioKind kind, String name) {
    return ResourceKey.isName(name)
        ? resources.computeIfAbsent(Referrer.key(kind, name), this::find)
        : Optional.empty();
  }
}
