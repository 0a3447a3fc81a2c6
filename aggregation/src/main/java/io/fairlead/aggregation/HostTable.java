package io.fairlead.aggregation;

import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every registry says about every host, and what of it is served.
 *
 * <p>istiod resolves hosts over all namespaces, so the merge is by host alone: the registry with
 * the highest rank has the host with all of its entries for it, in whatever namespaces, and nothing
 * of the others is added to them. Registries are known here by the value of their label.
 *
 * <p>Confined to the commit thread, but for {@link #changedHosts}.
 */
final class HostTable {
  /** Something that could be served under one resource name. */
  sealed interface Candidate {
    /** An entry that was converted in this process. */
    record Live(CompactEntry entry) implements Candidate {}

    /** A resource that a former process committed, as it is. */
    record Inherited(Resource resource) implements Candidate {
      /** Whether it is served for a service that has no endpoints. */
      boolean isWithoutEndpoints() {
        return resource.decode().getMetadata().containsLabels(ConvertedEntry.ENDPOINTS_LABEL);
      }
    }
  }

  /** What was last put for a name. */
  record Emitted(Candidate candidate, List<String> virtualIps) {}

  /** One host. */
  static final class Slot {
    private final Map<String, SortedMap<ResourceKey, Candidate>> byRegistry = new HashMap<>(2);
    private final Map<ResourceKey, Emitted> emitted = new HashMap<>(2);

    Map<ResourceKey, Emitted> emitted() {
      return emitted;
    }

    SortedMap<ResourceKey, Candidate> candidates(String registry) {
      return byRegistry.getOrDefault(registry, new TreeMap<>());
    }

    /** The registry that comes first in the order, if any says something. */
    Optional<String> winner(Comparator<String> order) {
      return byRegistry.keySet().stream().min(order);
    }
  }

  private static final Slot NOTHING = new Slot();

  private final Map<String, Slot> slots = new HashMap<>();
  private final Set<String> dirty = new LinkedHashSet<>();
  // The size of dirty, for any thread.
  private volatile int changedHosts;

  /** Takes what a registry has under a name from now on; null: nothing. */
  void set(String registry, ResourceKey key, @Nullable Candidate candidate) {
    String host = CompactEntry.hostOf(key);
    Slot slot = slots.computeIfAbsent(host, h -> new Slot());
    SortedMap<ResourceKey, Candidate> candidates =
        slot.byRegistry.computeIfAbsent(registry, r -> new TreeMap<>());
    if (candidate == null) {
      candidates.remove(key);
      if (candidates.isEmpty()) {
        slot.byRegistry.remove(registry);
      }
    } else {
      candidates.put(key, candidate);
    }
    touch(host);
  }

  /** Has a host be looked at again. */
  void touch(String host) {
    dirty.add(host);
    changedHosts = dirty.size();
  }

  /** Takes what a former process has committed: it is there and it is served. */
  void inherit(String registry, Resource resource) {
    Candidate candidate = new Candidate.Inherited(resource);
    set(registry, resource.key(), candidate);
    String host = CompactEntry.hostOf(resource.key());
    slot(host).emitted.put(resource.key(), new Emitted(candidate, List.of()));
    dirty.remove(host);
    changedHosts = dirty.size();
  }

  @Nullable Candidate find(String registry, ResourceKey key) {
    return slot(CompactEntry.hostOf(key)).candidates(registry).get(key);
  }

  /**
   * Has every host be looked at again whose winner a registry's rank decides: those that others
   * have a word about, too. Where it is alone its rank changes nothing, and after a start from a
   * large store looking at all of them would keep clients waiting.
   */
  void touchContested(String registry) {
    slots.forEach(
        (host, slot) -> {
          if (slot.byRegistry.size() > 1 && slot.byRegistry.containsKey(registry)) {
            touch(host);
          }
        });
  }

  /** Withdraws everything that a registry said. */
  void withdraw(String registry) {
    slots.forEach(
        (host, slot) -> {
          if (slot.byRegistry.remove(registry) != null) {
            touch(host);
          }
        });
  }

  /** The slot of a host; an empty one if nothing was ever said about it. */
  Slot slot(String host) {
    return slots.getOrDefault(host, NOTHING);
  }

  /** Number of hosts to look at. */
  int changedHosts() {
    return changedHosts;
  }

  /** Hosts to look at. */
  Set<String> dirty() {
    return dirty;
  }

  /** Forgets which hosts were to be looked at, and those about which nothing is said any more. */
  void settled() {
    for (String host : dirty) {
      Slot slot = slot(host);
      if (slot.byRegistry.isEmpty() && slot.emitted.isEmpty()) {
        slots.remove(host);
      }
    }
    dirty.clear();
    changedHosts = 0;
  }
}
