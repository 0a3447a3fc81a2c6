package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Objects;
import java.util.Optional;
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
  private final KeyedTable<ServiceId, CompactEntry> entries =
      new KeyedTable<>(CompactEntry::service);
  private final NameClaims claims = new NameClaims();
  private final KeyedTable<ServiceId, CompactEntry> disambiguated =
      new KeyedTable<>(CompactEntry::service);
  private final NameClaims hashedClaims = new NameClaims();

  HostClaims(Listener listener) {
    this.listener = listener;
  }

  /** Takes what a service is to be served with from now on; null: nothing. */
  void set(ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry before = entries.get(service);
    if (Objects.equals(before, entry)) {
      return;
    }
    keep(entries, service, entry);
    if (before != null && (entry == null || !before.key().equals(entry.key()))) {
      change(before.key(), service, null);
    }
    if (entry != null) {
      change(entry.key(), service, entry);
    }
  }

  /** What a service is served with: of equal entries the one that was set first. */
  @Nullable CompactEntry entryOf(ServiceId service) {
    return entries.get(service);
  }

  private void change(ResourceKey key, ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry holder = holder(key);
    ServiceId firstBefore = firstOf(key);
    put(claims, key, service, entry);
    ServiceId first = firstOf(key);
    settle(key, service, first);
    if (!Objects.equals(first, firstBefore)) {
      if (firstBefore != null) {
        settle(key, firstBefore, first);
      }
      if (first != null) {
        settle(key, first, first);
      }
    }
    publish(key, holder);
  }

  private @Nullable ServiceId firstOf(ResourceKey key) {
    CompactEntry first = claims.first(key);
    return first == null ? null : first.service();
  }

  /** Gives a claimant its hashed name or takes it away, as its place among the claims says. */
  private void settle(ResourceKey key, ServiceId service, @Nullable ServiceId first) {
    CompactEntry entry = claims.find(key, service);
    CompactEntry hashed =
        entry == null || service.equals(first)
            ? null
            : CompactEntry.of(entry.expand().disambiguated());
    CompactEntry before = disambiguated.get(service);
    if (Objects.equals(before, hashed)) {
      return;
    }
    keep(disambiguated, service, hashed);
    if (before != null) {
      putHashed(before.key(), service, null);
    }
    if (hashed != null) {
      putHashed(hashed.key(), service, hashed);
    }
    listener.holdingChanged(service);
  }

  private void putHashed(ResourceKey key, ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry holder = holder(key);
    put(hashedClaims, key, service, entry);
    publish(key, holder);
  }

  /** Who has a name: whoever claims it by itself comes before those that have it by a hash. */
  private @Nullable CompactEntry holder(ResourceKey key) {
    CompactEntry holder = claims.first(key);
    return holder == null ? hashedClaims.first(key) : holder;
  }

  private void publish(ResourceKey key, @Nullable CompactEntry before) {
    CompactEntry holder = holder(key);
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
    return disambiguated.contains(service);
  }

  /** The name that a service has, unless it has none. */
  Optional<ResourceKey> nameOf(ServiceId service) {
    CompactEntry hashed = disambiguated.get(service);
    CompactEntry entry = hashed == null ? entries.get(service) : hashed;
    if (entry == null) {
      return Optional.empty();
    }
    CompactEntry holder = holder(entry.key());
    return holder != null && holder.service().equals(service)
        ? Optional.of(entry.key())
        : Optional.empty();
  }

  private static void keep(
      KeyedTable<ServiceId, CompactEntry> table, ServiceId service, @Nullable CompactEntry entry) {
    if (entry == null) {
      table.remove(service);
    } else {
      table.put(entry);
    }
  }

  private static void put(
      NameClaims claims, ResourceKey key, ServiceId service, @Nullable CompactEntry entry) {
    if (entry == null) {
      claims.remove(key, service);
    } else {
      claims.put(entry);
    }
  }
}
