package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one registry, each with the service that has it. Services whose templates give the
 * same host claim it, in whatever namespaces: istiod resolves hosts over all of them. The first by
 * {@link NameClaims}' order has it, each of the others gets a host of its own with a hash of its
 * identity. So the outcome depends on the set of services alone; it is settled anew when the set
 * changes, at a cost that does not grow with the number of claims. Should such a hashed host be
 * what another service claims by itself, that one has it and the hashed one is not served.
 *
 * <p>Confined to the commit thread.
 */
final class HostClaims {
  /** Told what changed. */
  interface Listener {
    /** A name has another holder now, or none (null); at most one name of a host has one. */
    void nameChanged(ResourceKey key, @Nullable CompactEntry holder);

    /** A service got or lost its host, or one that others claim, too. */
    void holdingChanged(ServiceId service);

    /** A host has other claimants now; null: at most one. */
    default void contestChanged(String host, @Nullable Contest contest) {}

    /** A host went from a service that goes on claiming it to another one. */
    default void hostMoved(String host, ServiceId from, ServiceId to) {}
  }

  /**
   * A host that several services claim.
   *
   * @param holder who has it
   * @param next who would have it without the holder
   * @param claims number of services that claim it, at least 2
   */
  record Contest(ServiceId holder, ServiceId next, int claims) {}

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

  /** Returns the holder of each host if these were all entries of a registry. */
  static Map<String, CompactEntry> holders(Collection<CompactEntry> entries) {
    Map<String, CompactEntry> holders = new HashMap<>();
    HostClaims claims =
        new HostClaims(
            new Listener() {
              @Override
              public void nameChanged(ResourceKey key, @Nullable CompactEntry holder) {
                if (holder == null) {
                  holders.remove(CompactEntry.hostOf(key));
                } else {
                  holders.put(holder.host(), holder);
                }
              }

              @Override
              public void holdingChanged(ServiceId service) {}
            });
    entries.forEach(entry -> claims.set(entry.service(), entry));
    return holders;
  }

  /** Takes what a service is to be served with from now on; null: nothing. */
  void set(ServiceId service, @Nullable CompactEntry entry) {
    CompactEntry before = entries.get(service);
    if (before != null && entry != null && before.equals(entry)) {
      reorder(before, entry.creationIndex());
      return;
    }
    keep(entries, service, entry);
    String host = entry == null ? null : entry.host();
    if (before != null && (host == null || !before.isOfHost(host))) {
      change(before.host(), service, before, null);
      before = null;
    }
    if (host != null) {
      change(host, service, before, entry);
    }
  }

  /** What a service is served with: of equal entries the one that was set first. */
  @Nullable CompactEntry entryOf(ServiceId service) {
    return entries.get(service);
  }

  // A service gets younger or older as its instances are replaced: nearly always that decides
  // nothing.
  private void reorder(CompactEntry entry, long creationIndex) {
    if (entry.creationIndex() == creationIndex) {
      return;
    }
    String host = entry.host();
    if (claims.count(host) == 1) {
      entry.createdAt(creationIndex);
      return;
    }
    Before before = before(host);
    claims.remove(host, entry);
    entry.createdAt(creationIndex);
    claims.add(host, entry);
    settle(host, entry.service(), before);
  }

  private void change(
      String host, ServiceId service, @Nullable CompactEntry old, @Nullable CompactEntry entry) {
    Before before = before(host);
    if (old != null) {
      claims.remove(host, old);
    }
    if (entry != null) {
      claims.add(host, entry);
    }
    settle(host, service, before);
  }

  /** The holder, the first claimant and the contest of a host before a change. */
  private record Before(
      @Nullable CompactEntry holder, @Nullable ServiceId first, @Nullable Contest contest) {}

  private Before before(String host) {
    return new Before(holder(host), firstOf(host), contest(host));
  }

  private @Nullable ServiceId firstOf(String host) {
    CompactEntry first = claims.first(host);
    return first == null ? null : first.service();
  }

  private @Nullable Contest contest(String host) {
    CompactEntry first = claims.first(host);
    CompactEntry second = claims.second(host);
    return first == null || second == null
        ? null
        : new Contest(first.service(), second.service(), claims.count(host));
  }

  /** Draws the consequences of a changed claim. */
  private void settle(String host, ServiceId service, Before before) {
    ServiceId first = firstOf(host);
    rename(host, service, first);
    if (!Objects.equals(first, before.first)) {
      if (before.first != null) {
        rename(host, before.first, first);
      }
      if (first != null) {
        rename(host, first, first);
      }
    }
    publish(host, before.holder);
    if (first != null && before.first != null && !first.equals(before.first)) {
      CompactEntry loser = entries.get(before.first);
      if (loser != null && loser.isOfHost(host)) {
        listener.hostMoved(host, before.first, first);
      }
    }
    Contest contest = contest(host);
    if (!Objects.equals(contest, before.contest)) {
      listener.contestChanged(host, contest);
      if (first != null && (contest == null) != (before.contest == null)) {
        listener.holdingChanged(first);
      }
    }
  }

  /** Gives a claimant its hashed host or takes it away, as its place among the claims says. */
  private void rename(String host, ServiceId service, @Nullable ServiceId first) {
    CompactEntry entry = entries.get(service);
    CompactEntry before = disambiguated.get(service);
    CompactEntry hashed = null;
    // An alias that another service has is refused: under another host it is of use to nobody.
    if (entry != null
        && !service.equals(first)
        && entry.isOfHost(host)
        && !PartId.isAlias(service)) {
      hashed = CompactEntry.of(entry.expand().disambiguated());
    }
    if (Objects.equals(before, hashed)) {
      return;
    }
    keep(disambiguated, service, hashed);
    if (before != null) {
      rehash(before.host(), before, null);
    }
    if (hashed != null) {
      rehash(hashed.host(), null, hashed);
    }
    listener.holdingChanged(service);
  }

  private void rehash(String host, @Nullable CompactEntry old, @Nullable CompactEntry entry) {
    CompactEntry holder = holder(host);
    if (old != null) {
      hashedClaims.remove(host, old);
    }
    if (entry != null) {
      hashedClaims.add(host, entry);
    }
    publish(host, holder);
  }

  /** Who has a host: whoever claims it by itself comes before those that have it by a hash. */
  private @Nullable CompactEntry holder(String host) {
    CompactEntry holder = claims.first(host);
    return holder == null ? hashedClaims.first(host) : holder;
  }

  private void publish(String host, @Nullable CompactEntry before) {
    CompactEntry holder = holder(host);
    if (Objects.equals(before, holder)) {
      return;
    }
    if (before != null && (holder == null || !holder.key().equals(before.key()))) {
      listener.nameChanged(before.key(), null);
    }
    if (holder != null) {
      listener.nameChanged(holder.key(), holder);
    }
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

  /** Whether a service goes by a hashed host, since another one has the one that it claims. */
  boolean isDisambiguated(ServiceId service) {
    return disambiguated.contains(service);
  }

  /** Whether a service has a host that others claim, too. */
  boolean isContested(CompactEntry entry) {
    return isShared(entry) && entry.service().equals(firstOf(entry.host()));
  }

  /** Whether several services claim the host of an entry. */
  boolean isShared(CompactEntry entry) {
    return claims.count(entry.host()) > 1;
  }

  /** The name that a service has, unless it has none. */
  Optional<ResourceKey> nameOf(ServiceId service) {
    CompactEntry hashed = disambiguated.get(service);
    CompactEntry entry = hashed == null ? entries.get(service) : hashed;
    if (entry == null) {
      return Optional.empty();
    }
    CompactEntry holder = holder(entry.host());
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
}
