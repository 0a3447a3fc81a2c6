package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.conversion.ConvertedEntry;
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
import java.util.function.Predicate;
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
  sealed interface Candidate permits CompactEntry, Candidate.Inherited {
    /** The name. */
    ResourceKey key();

    /** A resource that a former process committed, as it is. */
    record Inherited(Resource resource) implements Candidate {
      @Override
      public ResourceKey key() {
        return resource.key();
      }

      /** Whether it is served for a service that has no endpoints. */
      boolean isWithoutEndpoints() {
        return resource.decode().getMetadata().containsLabels(ConvertedEntry.ENDPOINTS_LABEL);
      }
    }
  }

  /** The resource of something that is served. */
  static @Nullable Resource resourceOf(Candidate candidate) {
    return candidate instanceof Candidate.Inherited inherited
        ? inherited.resource()
        : ((CompactEntry) candidate).served();
  }

  /** What was last put for a name, or is to be. */
  record Emitted(Candidate candidate, List<String> virtualIps) {
    /** Something that is served: its virtual IPs are in its resource. */
    static Emitted served(Candidate candidate) {
      return new Emitted(
          candidate, candidate instanceof CompactEntry entry ? entry.virtualIps() : List.of());
    }
  }

  /**
   * One host. There is one of it for each service, and nearly always one registry has one entry for
   * it; so what is said of it is in lists that are as small as they can be, and maps of it are made
   * for whoever looks.
   */
  static final class Slot {
    private static final Candidate[] NONE = {};

    private final String host;
    private @Nullable Word words;
    private Candidate[] served = NONE;

    /** What a registry has under a name; and the rest of the list, in no order. */
    private record Word(String registry, Candidate candidate, @Nullable Word next) {
      private boolean isAbout(String otherRegistry, ResourceKey key) {
        return registry.equals(otherRegistry) && candidate.key().equals(key);
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
      for (Candidate candidate : served) {
        emitted.put(candidate.key(), Emitted.served(candidate));
      }
      return emitted;
    }

    /** What is served under a name. */
    @Nullable Candidate served(ResourceKey key) {
      for (Candidate candidate : served) {
        if (candidate.key().equals(key)) {
          return candidate;
        }
      }
      return null;
    }

    /** Takes note of what is served of it from now on, with each entry's resource in the entry. */
    void serve(Collection<Candidate> candidates) {
      served = candidates.isEmpty() ? NONE : candidates.toArray(NONE);
    }

    SortedMap<ResourceKey, Candidate> candidates(String registry) {
      SortedMap<ResourceKey, Candidate> candidates = new TreeMap<>();
      for (Word word = words; word != null; word = word.next) {
        if (word.registry.equals(registry)) {
          candidates.put(word.candidate.key(), word.candidate);
        }
      }
      return candidates;
    }

    @Nullable Candidate find(String registry, ResourceKey key) {
      for (Word word = words; word != null; word = word.next) {
        if (word.isAbout(registry, key)) {
          return word.candidate;
        }
      }
      return null;
    }

    /** The name of something that a registry's former process served, other than a name. */
    @Nullable ResourceKey inheritedBeside(String registry, ResourceKey key) {
      for (Word word = words; word != null; word = word.next) {
        if (word.candidate instanceof Candidate.Inherited
            && word.registry.equals(registry)
            && !word.candidate.key().equals(key)) {
          return word.candidate.key();
        }
      }
      return null;
    }

    /** The registry that comes first in the order, if any says something. */
    Optional<String> winner(Comparator<String> order) {
      Word first = words;
      for (Word word = first; word != null && first != null; word = word.next) {
        if (order.compare(word.registry, first.registry) < 0) {
          first = word;
        }
      }
      return Optional.ofNullable(first).map(Word::registry);
    }

    /** Whether several registries say something. */
    boolean isContested() {
      Word first = words;
      return first != null && anyWord(word -> !word.registry.equals(first.registry));
    }

    boolean isSpokenOfBy(String registry) {
      return anyWord(word -> word.registry.equals(registry));
    }

    private boolean anyWord(Predicate<Word> condition) {
      for (Word word = words; word != null; word = word.next) {
        if (condition.test(word)) {
          return true;
        }
      }
      return false;
    }

    boolean hasServed() {
      return served.length > 0;
    }

    private boolean isEmpty() {
      return words == null && served.length == 0;
    }

    private void set(String registry, ResourceKey key, @Nullable Candidate candidate) {
      retain(word -> !word.isAbout(registry, key));
      if (candidate != null) {
        words = new Word(registry, candidate, words);
      }
    }

    private List<Resource> park(String label, String key) {
      retain(word -> !word.registry.equals(label));
      List<Resource> parked = new ArrayList<>();
      for (int i = 0; i < served.length; i++) {
        Resource resource = resourceOf(served[i]);
        if (resource != null && resource.label(ConvertedEntry.REGISTRY_LABEL).equals(label)) {
          Candidate candidate = new Candidate.Inherited(resource);
          served[i] = candidate;
          words = new Word(key, candidate, words);
          parked.add(resource);
        }
      }
      return parked;
    }

    private void retain(Predicate<Word> condition) {
      Word kept = null;
      for (Word word = words; word != null; word = word.next) {
        if (condition.test(word)) {
          kept = new Word(word.registry, word.candidate, kept);
        }
      }
      words = kept;
    }
  }

  private static final Slot NOTHING = new Slot("");

  private final KeyedTable<String, Slot> slots = new KeyedTable<>(Slot::host);
  private Set<String> dirty = new LinkedHashSet<>();
  // The size of dirty, for any thread.
  private volatile int changedHosts;

  /** Takes what a registry has under a name from now on; null: nothing. */
  void set(String registry, ResourceKey key, @Nullable Candidate candidate) {
    String host = CompactEntry.hostOf(key);
    Slot slot = slots.get(host);
    if (slot == null) {
      slot = new Slot(host);
      slots.put(slot);
    }
    slot.set(registry, key, candidate);
    touch(slot.host);
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
    Slot slot = slot(host);
    List<Candidate> served = new ArrayList<>(List.of(slot.served));
    served.add(candidate);
    slot.serve(served);
    dirty.remove(host);
    changedHosts = dirty.size();
  }

  @Nullable Candidate find(String registry, ResourceKey key) {
    return slot(CompactEntry.hostOf(key)).find(registry, key);
  }

  /**
   * Has every host be looked at again whose winner a registry's rank decides: those that others
   * have a word about, too. Where it is alone its rank changes nothing, and after a start from a
   * large store looking at all of them would keep clients waiting.
   */
  void touchContested(String registry) {
    slots.forEach(
        slot -> {
          if (slot.isContested() && slot.isSpokenOfBy(registry)) {
            touch(slot.host);
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
  List<Resource> park(String label, String key) {
    List<Resource> parked = new ArrayList<>();
    slots.forEach(
        slot -> {
          if (slot.isSpokenOfBy(label)) {
            List<Resource> here = slot.park(label, key);
            parked.addAll(here);
            if (here.isEmpty() || slot.isContested()) {
              touch(slot.host);
            }
          }
        });
    return parked;
  }

  /** Whether anybody says something of a host to whom a condition applies. */
  boolean isSpokenOf(String host, Predicate<String> registry) {
    return slot(host).anyWord(word -> registry.test(word.registry));
  }

  /** Withdraws everything that a registry said. */
  void withdraw(String registry) {
    slots.forEach(
        slot -> {
          if (slot.isSpokenOfBy(registry)) {
            slot.retain(word -> !word.registry.equals(registry));
            touch(slot.host);
          }
        });
  }

  /** The slot of a host; an empty one if nothing was ever said about it. */
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
