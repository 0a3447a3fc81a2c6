package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries by the name that they claim, the lowest {@link ServiceId} first. A name is nearly always
 * claimed by one service alone, so only the others have a sorted map. Confined to the commit
 * thread.
 */
final class NameClaims {
  private final KeyedTable<ResourceKey, CompactEntry> first = new KeyedTable<>(CompactEntry::key);
  // Those that come after the first; no map is empty.
  private final Map<ResourceKey, NavigableMap<ServiceId, CompactEntry>> others = new HashMap<>();

  /** The first claim on a name. */
  @Nullable CompactEntry first(ResourceKey key) {
    return first.get(key);
  }

  /** A service's claim on a name. */
  @Nullable CompactEntry find(ResourceKey key, ServiceId service) {
    CompactEntry one = first.get(key);
    if (one != null && one.service().equals(service)) {
      return one;
    }
    NavigableMap<ServiceId, CompactEntry> rest = others.get(key);
    return rest == null ? null : rest.get(service);
  }

  /** Takes in a claim, in the place of what the same service claimed under the name. */
  void put(CompactEntry entry) {
    CompactEntry before = first.get(entry.key());
    int order = before == null ? 0 : entry.service().compareTo(before.service());
    if (order > 0) {
      addOther(entry);
      return;
    }
    first.put(entry);
    if (before != null && order < 0) {
      addOther(before);
    }
  }

  private void addOther(CompactEntry entry) {
    others.computeIfAbsent(entry.key(), k -> new TreeMap<>()).put(entry.service(), entry);
  }

  /** Drops a service's claim on a name. */
  void remove(ResourceKey key, ServiceId service) {
    NavigableMap<ServiceId, CompactEntry> rest = others.get(key);
    CompactEntry one = first.get(key);
    if (one != null && one.service().equals(service)) {
      first.remove(key);
      if (rest != null) {
        first.put(rest.pollFirstEntry().getValue());
      }
    } else if (rest != null) {
      rest.remove(service);
    }
    if (rest != null && rest.isEmpty()) {
      others.remove(key);
    }
  }
}
