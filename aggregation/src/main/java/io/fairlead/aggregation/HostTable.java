package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The claims of all registries on all hosts, and what of them is served.
 *
 * <p>istiod resolves hosts over all namespaces, so the merge is by host alone: the registry with
 * the highest rank has the host with all of its entries for it, in whatever namespaces, and nothing
 * of the others is added to them; but if its services are to be merged, those of all registries
 * that are, too, are merged into one entry ({@link Merge}). Registries are known here by the value
 * of their label.
 *
 * <p>Confined to the commit thread, but for {@link #changedHosts}.
 */
final class HostTable {
  /**
   * An entry that was put for its name, or is to be, with its virtual IPs.
   *
   * @param members the services that it was merged of
   */
  record Emitted(CompactEntry entry, List<String> virtualIps, MergedMembers members) {
    /** An entry that is served: its virtual IPs are in its resource, and its members with it. */
    static Emitted served(CompactEntry entry) {
      Resource resource = entry.served();
      return new Emitted(
          entry,
          entry.virtualIps(),
          resource == null ? MergedMembers.NONE : MergedMembers.of(resource));
    }
  }

  private static final HostSlot NOTHING = new HostSlot("");

  private final KeyedTable<String, HostSlot> slots = new KeyedTable<>(HostSlot::host);
  private Set<String> dirty = new LinkedHashSet<>();
  // The size of dirty, for any thread.
  private volatile int changedHosts;

  /** Takes what a registry has under a name from now on; null: nothing. */
  void set(String registry, ResourceKey key, @Nullable CompactEntry entry) {
    HostSlot slot = slotToChange(CompactEntry.hostOf(key));
    slot.set(registry, key, entry);
    markDirty(slot.host());
  }

  private HostSlot slotToChange(String host) {
    HostSlot slot = slots.get(host);
    if (slot == null) {
      slot = new HostSlot(host);
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

  /** Takes an entry of a registry that is to be merged with others of its host. */
  void join(String registry, CompactEntry entry) {
    HostSlot slot = slotToChange(entry.host());
    slot.join(registry, entry);
    markDirty(slot.host());
  }

  /** Gives up an entry that was to be merged. */
  void leave(String registry, CompactEntry entry) {
    HostSlot slot = slotToChange(entry.host());
    slot.leave(registry, entry);
    markDirty(slot.host());
  }

  /**
   * Takes an entry that a former process merged: it is served.
   *
   * @param parts what it was merged of
   */
  void inherit(CompactEntry entry, List<Merge.Part> parts) {
    slotToChange(entry.host()).inherit(entry, parts);
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
            markDirty(slot.host());
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
              markDirty(slot.host());
            }
          }
        });
    return parked;
  }

  /** Whether anybody claims a host to whom a condition applies. */
  boolean isClaimed(String host, Predicate<String> registry) {
    return slot(host).isClaimedBy(registry);
  }

  /** The slot of a host; an empty one if nobody claims it. */
  HostSlot slot(String host) {
    HostSlot slot = slots.get(host);
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
