package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The claims of all registries on all hosts, and what of them is served.
 *
 * <p>istiod resolves hosts over all namespaces, so the merge is by host alone: the registry with
 * the highest rank has the host with all of its entries for it, in whatever namespaces, and nothing
 * of the others is added to them. Registries are known here by the value of their label.
 *
 * <p>Confined to the commit thread, but for {@link #changedHosts}.
 */
final class HostTable {
  /** An entry that was put for its name, or is to be, with its virtual IPs. */
  record Emitted(CompactEntry entry, List<String> virtualIps) {
    /** An entry that is served: its virtual IPs are in its resource. */
    static Emitted served(CompactEntry entry) {
      return new Emitted(entry, entry.virtualIps());
    }
  }

  /**
   * One host. There is one of it for each service, and nearly always one registry has one entry for
   * it; so what is said of it is in lists that are as small as they can be, and maps of it are made
   * for whoever looks.
   */
  static final class Slot {
    private final String host;
    private @Nullable Claim claims;
    // The entries that are served, as a list of the same form, and nearly always the same one.
    private @Nullable Claim served;

    /** The claim of a registry to a name, with the rest of the list, in no order. */
    private record Claim(String registry, CompactEntry entry, @Nullable Claim next) {
      private boolean isAlias() {
        return PartId.isAlias(entry.service());
      }

      private boolean isAbout(String otherRegistry, ResourceKey key) {
        return registry.equals(otherRegistry) && entry.key().equals(key);
      }
    }

    private Slot(String host) {
      this.host = host;
    }

    String host() {
      return host;
    }

    /** What is served of it. */
    Map<ResourceKey, Emitted> emitted() {
      Map<ResourceKey, Emitted> emitted = new HashMap<>(2);
      for (Claim one = served; one != null; one = one.next) {
        emitted.put(one.entry.key(), Emitted.served(one.entry));
      }
      return emitted;
    }

    /** The resource that is served under a name. */
    @Nullable Resource served(ResourceKey key) {
      for (Claim one = served; one != null; one = one.next) {
        if (one.entry.key().equals(key)) {
          return one.entry.served();
        }
      }
      return null;
    }

    /** Takes note of what is served of it from now on, with each entry's resource in the entry. */
    @SuppressWarnings("ReferenceEquality") // an equal entry is not the one that has the resource
    void serve(Collection<CompactEntry> entries) {
      Claim list = null;
      for (CompactEntry entry : entries) {
        list = new Claim("", entry, list);
      }
      Claim only = claims;
      boolean isClaimed =
          only != null
              && list != null
              && only.next == null
              && list.next == null
              && only.entry == list.entry;
      served = isClaimed ? only : list;
    }

    SortedMap<ResourceKey, CompactEntry> candidates(String registry) {
      SortedMap<ResourceKey, CompactEntry> candidates = new TreeMap<>();
      for (Claim claim = claims; claim != null; claim = claim.next) {
        if (claim.registry.equals(registry)) {
          candidates.put(claim.entry.key(), claim.entry);
        }
      }
      return candidates;
    }

    private @Nullable CompactEntry find(String registry, ResourceKey key) {
      for (Claim claim = claims; claim != null; claim = claim.next) {
        if (claim.isAbout(registry, key)) {
          return claim.entry;
        }
      }
      return null;
    }

    /**
     * The registry that comes first in the order, if any claims it; those that have it as an alias
     * only come after all others.
     */
    Optional<String> winner(Comparator<String> order) {
      Claim first = claims;
      for (Claim claim = first; claim != null && first != null; claim = claim.next) {
        int byKind = Boolean.compare(claim.isAlias(), first.isAlias());
        if (byKind < 0 || (byKind == 0 && order.compare(claim.registry, first.registry) < 0)) {
          first = claim;
        }
      }
      return Optional.ofNullable(first).map(Claim::registry);
    }

    /** Whether more than one registry claims it. */
    boolean isContested() {
      Claim first = claims;
      return first != null && anyClaim(claim -> !claim.registry.equals(first.registry));
    }

    /** Returns the registries that claim it. */
    Set<String> claimants() {
      Set<String> claimants = new TreeSet<>();
      for (Claim claim = claims; claim != null; claim = claim.next) {
        claimants.add(claim.registry);
      }
      return claimants;
    }

    boolean isClaimedBy(String registry) {
      return anyClaim(claim -> claim.registry.equals(registry));
    }

    private boolean anyClaim(Predicate<Claim> condition) {
      for (Claim claim = claims; claim != null; claim = claim.next) {
        if (condition.test(claim)) {
          return true;
        }
      }
      return false;
    }

    boolean hasServed() {
      return served != null;
    }

    private boolean isEmpty() {
      return claims == null && served == null;
    }

    private void set(String registry, ResourceKey key, @Nullable CompactEntry entry) {
      retain(claim -> !claim.isAbout(registry, key));
      if (entry != null) {
        claims = new Claim(registry, entry, claims);
      }
    }

    private void inherit(String registry, CompactEntry entry) {
      boolean isOnly = claims == null && served == null;
      claims = new Claim(registry, entry, claims);
      served = isOnly ? claims : new Claim("", entry, served);
    }

    private List<CompactEntry> park(String label, String key) {
      retain(claim -> !claim.registry.equals(label));
      List<CompactEntry> parked = new ArrayList<>();
      for (Claim one = served; one != null; one = one.next) {
        Resource resource = one.entry.served();
        if (resource != null && resource.label(ConvertedEntry.REGISTRY_LABEL).equals(label)) {
          claims = new Claim(key, one.entry, claims);
          parked.add(one.entry);
        }
      }
      return parked;
    }

    private void retain(Predicate<Claim> condition) {
      Claim kept = null;
      for (Claim claim = claims; claim != null; claim = claim.next) {
        if (condition.test(claim)) {
          kept = new Claim(claim.registry, claim.entry, kept);
        }
      }
      claims = kept;
    }
  }

  private static final Slot NOTHING = new Slot("");

  private final KeyedTable<String, Slot> slots = new KeyedTable<>(Slot::host);
  private Set<String> dirty = new LinkedHashSet<>();
  // The size of dirty, for any thread.
  private volatile int changedHosts;

  /** Takes what a registry has under a name from now on; null: nothing. */
  void set(String registry, ResourceKey key, @Nullable CompactEntry entry) {
    Slot slot = slotToChange(CompactEntry.hostOf(key));
    slot.set(registry, key, entry);
    markDirty(slot.host);
  }

  private Slot slotToChange(String host) {
    Slot slot = slots.get(host);
    if (slot == null) {
      slot = new Slot(host);
      slots.put(slot);
    }
    return slot;
  }

  /** Marks a host for re-evaluation at the next drain. */
  void markDirty(String host) {
    dirty.add(host);
    changedHosts = dirty.size();
  }

  /** Takes an entry that a former process committed for a registry: it is served. */
  void inherit(String registry, CompactEntry entry) {
    slotToChange(entry.host()).inherit(registry, entry);
  }

  /** Returns the entry that a registry has under a name. */
  @Nullable CompactEntry find(String registry, ResourceKey key) {
    return slot(CompactEntry.hostOf(key)).find(registry, key);
  }

  /**
   * Marks every host whose winner a registry's rank decides: those that others claim, too. Where it
   * is alone its rank changes nothing, and after a start from a large store looking at all of them
   * would keep clients waiting.
   */
  void markContested(String registry) {
    slots.forEach(
        slot -> {
          if (slot.isContested() && slot.isClaimedBy(registry)) {
            markDirty(slot.host);
          }
        });
  }

  /**
   * Puts what is served of a registry under another key, where it stays as it is whatever becomes
   * of the registry; all else that the registry said goes. What is served does not change by this.
   *
   * @param label the registry's label, as its resources have it
   * @return what stays
   */
  List<CompactEntry> park(String label, String key) {
    List<CompactEntry> parked = new ArrayList<>();
    slots.forEach(
        slot -> {
          if (slot.isClaimedBy(label)) {
            List<CompactEntry> here = slot.park(label, key);
            parked.addAll(here);
            if (here.isEmpty() || slot.isContested()) {
              markDirty(slot.host);
            }
          }
        });
    return parked;
  }

  /** Whether anybody claims a host to whom a condition applies. */
  boolean isClaimed(String host, Predicate<String> registry) {
    return slot(host).anyClaim(claim -> registry.test(claim.registry));
  }

  /** The slot of a host; an empty one if nobody claims it. */
  Slot slot(String host) {
    Slot slot = slots.get(host);
    return slot == null ? NOTHING : slot;
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
      if (slot(host).isEmpty()) {
        slots.remove(host);
      }
    }
    // A new one: clearing a set that once had every host costs as much each time.
    dirty = new LinkedHashSet<>();
    changedHosts = 0;
  }
}
