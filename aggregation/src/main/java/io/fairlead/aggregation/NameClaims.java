package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.conversion.rules.PartId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Entries by the host that they claim. Of several claims on a host the first is that of the service
 * that its registry created first, where the registry keeps an order; services without a place in
 * that order come after those that have one, and among equals the lowest {@link
 * io.fairlead.registry.ServiceId} is the first. An alias comes after all services. A host is nearly
 * always claimed by one service alone, so only the others have a sorted set. Confined to the commit
 * thread.
 */
final class NameClaims {
  /** Who comes first. */
  private static final Comparator<CompactEntry> ORDER =
      Comparator.comparing((CompactEntry entry) -> PartId.isAlias(entry.service()))
          .thenComparingLong(CompactEntry::creationIndex)
          .thenComparing(CompactEntry::service);

  /** The host of an entry is a part of its name, and no text of its own. */
  private static final KeyedTable.Keys<String, CompactEntry> HOSTS =
      new KeyedTable.Keys<>() {
        @Override
        public int hash(String host) {
          return host.hashCode();
        }

        @Override
        public int hashOf(CompactEntry entry) {
          return entry.hashOfHost();
        }

        @Override
        public boolean isOf(CompactEntry entry, String host) {
          return entry.isOfHost(host);
        }

        @Override
        public String of(CompactEntry entry) {
          return entry.host();
        }
      };

  private final KeyedTable<String, CompactEntry> first = new KeyedTable<>(HOSTS);
  // Those that come after the first; no set is empty.
  private final Map<String, TreeSet<CompactEntry>> others = new HashMap<>();

  /** The first claim on a host. */
  @Nullable CompactEntry first(String host) {
    return first.get(host);
  }

  /** The claim after the first one. */
  @Nullable CompactEntry second(String host) {
    TreeSet<CompactEntry> rest = others.get(host);
    return rest == null ? null : rest.first();
  }

  /** Number of claims on a host. */
  int count(String host) {
    TreeSet<CompactEntry> rest = others.get(host);
    return rest == null ? (first.contains(host) ? 1 : 0) : 1 + rest.size();
  }

  /** Adds the claim of a service that has none on the host. */
  void add(String host, CompactEntry entry) {
    CompactEntry before = first.get(host);
    if (before == null) {
      first.put(entry);
    } else if (ORDER.compare(entry, before) < 0) {
      first.put(entry);
      addOther(host, before);
    } else {
      addOther(host, entry);
    }
  }

  private void addOther(String host, CompactEntry entry) {
    others.computeIfAbsent(host, h -> new TreeSet<>(ORDER)).add(entry);
  }

  /** Drops a claim that was taken in, whose place in the order is the same as then. */
  void remove(String host, CompactEntry entry) {
    TreeSet<CompactEntry> rest = others.get(host);
    CompactEntry one = first.get(host);
    if (one != null && one.service().equals(entry.service())) {
      first.remove(host);
      CompactEntry next = rest == null ? null : rest.pollFirst();
      if (next != null) {
        first.put(next);
      }
    } else if (rest != null) {
      rest.remove(entry);
    }
    if (rest != null && rest.isEmpty()) {
      others.remove(host);
    }
  }
}
