package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which service of one registry has which resource name. Services whose templates give the same
 * host and namespace claim the same name: the lowest {@link ServiceId} has it, each of the others
 * gets a name of its own with a hash of its identity. So the outcome depends on the set of services
 * alone; it is settled anew when the set changes, at a cost that does not grow with the number of
 * claims. Should such a hashed name be what another service claims by itself, that one has it and
 * the hashed one is not served.
 *
 * <p>Confined to the commit thread.
 */
final class HostClaims {
  /** Told what changed. */
  interface Listener {
    /** Who has a name now; null: nobody. */
    void nameChanged(ResourceKey key, @Nullable CompactEntry holder);

    /** A service got or lost a name, or goes by one with a hash from now on, or not any more. */
    void holdingChanged(ServiceId service);
  }

  private final Listener listener;
  private final Map<ServiceId, CompactEntry> entries = new HashMap<>();
  private final Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> claims = new HashMap<>();
  private final Map<ServiceId, CompactEntry> disambiguated = new HashMap<>();
  private final Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> hashedClaims =
      new HashMap<>();
  private final Map<ResourceKey, CompactEntry> holders = new HashMap<>();

  HostClaims(Listener listener) {
    this.listener = listener;
  }

  /** Takes what a service is to be served with from now on; null: nothing. */
  void set(ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry before = entry == null ? entries.remove(service) : entries.put(service, entry);
    if (Objects.equals(before, entry)) {
      return;
    }
    if (before != null && (entry == null || !before.key().equals(entry.key()))) {
      change(before.key(), service, null);
    }
    if (entry != null) {
      change(entry.key(), service, entry);
    }
  }

  private void change(ResourceKey key, ServiceId service, @Nullable CompactEntry entry) {
    Optional<ServiceId> firstBefore = first(claims, key);
    put(claims, key, service, entry);
    Optional<ServiceId> first = first(claims, key);
    settle(key, service, first);
    if (!first.equals(firstBefore)) {
      firstBefore.ifPresent(id -> settle(key, id, first));
      first.ifPresent(id -> settle(key, id, first));
    }
    publish(key);
  }

  /** Gives a claimant its hashed name or takes it away, as its place among the claims says. */
  private void settle(ResourceKey key, ServiceId service, Optional<ServiceId> first) {
    NavigableMap<ServiceId, CompactEntry> group = claims.get(key);
    CompactEntry entry = group == null ? null : group.get(service);
    CompactEntry hashed =
        entry == null || first.equals(Optional.of(service))
            ? null
            : CompactEntry.of(entry.expand().disambiguated());
    CompactEntry before =
        hashed == null ? disambiguated.remove(service) : disambiguated.put(service, hashed);
    if (Objects.equals(before, hashed)) {
      return;
    }
    if (before != null) {
      put(hashedClaims, before.key(), service, null);
      publish(before.key());
    }
    if (hashed != null) {
      put(hashedClaims, hashed.key(), service, hashed);
      publish(hashed.key());
    }
    listener.holdingChanged(service);
  }

  private void publish(ResourceKey key) {
    CompactEntry holder = firstEntry(claims, key);
    if (holder == null) {
      holder = firstEntry(hashedClaims, key);
    }
    CompactEntry before = holder == null ? holders.remove(key) : holders.put(key, holder);
    if (Objects.equals(before, holder)) {
      return;
    }
    listener.nameChanged(key, holder);
    ServiceId service = holder == null ? null : holder.service();
    ServiceId serviceBefore = before == null ? null : before.service();
    if (!Objects.equals(serviceBefore, service)) {
      if (serviceBefore != null) {
        listener.holdingChanged(serviceBefore);
      }
      if (service != null) {
        listener.holdingChanged(service);
      }
    }
  }

  /** Whether a service goes by a hashed name. */
  boolean isDisambiguated(ServiceId service) {
    return disambiguated.containsKey(service);
  }

  /** The name that a service has, unless it has none. */
  Optional<ResourceKey> nameOf(ServiceId service) {
    CompactEntry entry = disambiguated.getOrDefault(service, entries.get(service));
    if (entry == null) {
      return Optional.empty();
    }
    CompactEntry holder = holders.get(entry.key());
    return holder != null && holder.service().equals(service)
        ? Optional.of(entry.key())
        : Optional.empty();
  }

  private static void put(
      Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> groups,
      ResourceKey key,
      ServiceId service,
      @Nullable CompactEntry entry) {
    NavigableMap<ServiceId, CompactEntry> group = groups.computeIfAbsent(key, k -> new TreeMap<>());
    if (entry == null) {
      group.remove(service);
      if (group.isEmpty()) {
        groups.remove(key);
      }
    } else {
      group.put(service, entry);
    }
  }

  private static Optional<ServiceId> first(
      Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> groups, ResourceKey key) {
    return Optional.ofNullable(groups.get(key)).map(NavigableMap::firstKey);
  }

  private static @Nullable CompactEntry firstEntry(
      Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> groups, ResourceKey key) {
    NavigableMap<ServiceId, CompactEntry> group = groups.get(key);
    return group == null ? null : group.firstEntry().getValue();
  }
}
