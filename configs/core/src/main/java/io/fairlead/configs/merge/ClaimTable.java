package io.fairlead.configs.merge;

import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The table of who speaks of which resource, and whose word is served. Confined to the commit
 * thread, but for {@link #waiting()}, {@link #all} and {@link #keys()}.
 */
final class ClaimTable {
  // In their order; nearly always there is one. Written by the commit thread, read by any.
  private final Map<ResourceKey, List<Claim>> claims = new ConcurrentHashMap<>();
  private final Set<ResourceKey> changed = new LinkedHashSet<>();
  // Number of those, for any thread.
  private volatile int waiting;

  /** Takes a claim in place of the one that the same document had on the resource. */
  void put(Claim claim) {
    ResourceKey key = claim.resource().key();
    Claim before = find(key, claim.settings().name(), claim.document()).orElse(null);
    if (claim.equals(before)) {
      return;
    }
    List<Claim> next = new ArrayList<>(claims.getOrDefault(key, List.of()));
    next.remove(before);
    next.add(claim);
    Collections.sort(next);
    claims.put(key, List.copyOf(next));
    change(key);
  }

  private void change(ResourceKey key) {
    changed.add(key);
    waiting = changed.size();
  }

  /** Takes back what a document said of a resource, if it did. */
  void remove(ResourceKey key, String source, String document) {
    find(key, source, document)
        .ifPresent(
            claim -> {
              List<Claim> next = new ArrayList<>(all(key));
              next.remove(claim);
              if (next.isEmpty()) {
                claims.remove(key);
              } else {
                claims.put(key, List.copyOf(next));
              }
              change(key);
            });
  }

  /** Returns the resources of which something is said; any thread. */
  Set<ResourceKey> keys() {
    return Set.copyOf(claims.keySet());
  }

  /** Returns all that is said of a resource; the first is served. Any thread. */
  List<Claim> all(ResourceKey key) {
    return claims.getOrDefault(key, List.of());
  }

  /** Returns the first word of a source on a resource, whichever document has it. */
  Optional<Claim> of(ResourceKey key, String source) {
    return all(key).stream().filter(claim -> claim.settings().name().equals(source)).findFirst();
  }

  private Optional<Claim> find(ResourceKey key, String source, String document) {
    return all(key).stream()
        .filter(
            claim -> claim.settings().name().equals(source) && claim.document().equals(document))
        .findFirst();
  }

  /** Returns what has changed since the last call. */
  ChangeSet drain() {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    for (ResourceKey key : changed) {
      List<Claim> all = all(key);
      if (all.isEmpty()) {
        removals.add(key);
      } else {
        Claim first = all.get(0);
        puts.add(
            first
                .resource()
                .withOrigin(new Origin(Configs.ORIGIN, first.settings().name(), first.document())));
      }
    }
    changed.clear();
    waiting = 0;
    return ChangeSet.of(puts, removals);
  }

  /** Number of resources about which something has changed; any thread. */
  int waiting() {
    return waiting;
  }
}
