package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.damping.FlapDamper.HostEvaluation;
import io.fairlead.aggregation.damping.HostDiff;
import io.fairlead.aggregation.vip.VirtualAddressBook;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what to put and remove for the hosts that were touched, and encodes nothing else. What
 * is new about a host that is damped is left for later. {@link #gather} changes only the book of
 * virtual IPs, in a way that a repetition finds again; {@link #taken} records what was put.
 * Confined to the commit thread.
 */
final class HostChanges {
  private static final Logger LOG = LoggerFactory.getLogger(HostChanges.class);

  private final HostTable table;
  private final VirtualAddressBook book;
  private final FlapDamper damper;
  private final ResourceEncoder encoder;
  private final long now;
  private final List<Resource> puts = new ArrayList<>();
  // Of each of the puts what it was made of.
  private final List<CompactEntry> sources = new ArrayList<>();
  private final List<ResourceKey> removals = new ArrayList<>();
  private final Map<String, Map<ResourceKey, Emitted>> emitted = new LinkedHashMap<>();
  private final Map<String, HostEvaluation> evaluations = new HashMap<>();
  private final Map<String, Optional<String>> winners = new HashMap<>();
  // Of the hosts with services that are to be merged.
  private final Map<String, MergedHost> merges = new HashMap<>();
  // The places of the origins that were made; one text of each.
  private final Map<String, String> places = new HashMap<>();
  // Of the host that is evaluated.
  private final Map<Emitted, Resource> encoded = new IdentityHashMap<>();

  private HostChanges(
      HostTable table,
      VirtualAddressBook book,
      FlapDamper damper,
      ResourceEncoder encoder,
      long now) {
    this.table = table;
    this.book = book;
    this.damper = damper;
    this.encoder = encoder;
    this.now = now;
  }

  /**
   * Gathers the changes.
   *
   * @param order registries by their labels, the winner first
   * @param now monotonic time in nanoseconds
   */
  static HostChanges gather(
      HostTable table,
      VirtualAddressBook book,
      FlapDamper damper,
      ResourceEncoder encoder,
      Comparator<String> order,
      long now) {
    HostChanges changes = new HostChanges(table, book, damper, encoder, now);
    // With those that wait for an address: one may become free by what leaves now.
    Set<String> hosts = new TreeSet<>(table.dirty());
    hosts.addAll(book.waiting());
    List<String> needing = new ArrayList<>();
    for (String host : hosts) {
      HostSlot slot = table.slot(host);
      Optional<String> winner = slot.winner(order);
      changes.winners.put(host, winner);
      MergedHost merged = slot.merged(order);
      if (!merged.equals(MergedHost.NONE)) {
        changes.merges.put(host, merged);
      }
      SortedMap<ResourceKey, CompactEntry> desired = changes.desired(slot, winner);
      if (desired.values().stream().anyMatch(HostChanges::needsVirtualIp)) {
        needing.add(host);
      } else if (!desired.isEmpty() && changes.goesOnWithVirtualIps(host, slot, desired)) {
        book.retain(host);
      } else {
        book.release(host, now);
      }
    }
    book.assign(needing);
    for (String host : hosts) {
      changes.evaluate(host);
    }
    return changes;
  }

  private SortedMap<ResourceKey, CompactEntry> desired(HostSlot slot, Optional<String> winner) {
    CompactEntry merged = merge(slot.host()).entry();
    if (merged != null) {
      return new TreeMap<>(Map.of(merged.key(), merged));
    }
    return winner.map(slot::candidates).orElseGet(TreeMap::new);
  }

  private static boolean needsVirtualIp(CompactEntry entry) {
    return !entry.addressed();
  }

  // What it is to be served with later needs none, but until then it is served as it was.
  private boolean goesOnWithVirtualIps(
      String host, HostSlot slot, SortedMap<ResourceKey, CompactEntry> desired) {
    if (slot.emitted().values().stream().allMatch(served -> served.virtualIps().isEmpty())) {
      return false;
    }
    try {
      return damper.remembers(host)
          && damper.delays(host, HostState.diff(slot.emitted(), wanted(host, desired)), now);
    } catch (RuntimeException e) {
      // Its evaluation will fail, too, and say so: it is served as it was.
      return true;
    }
  }

  private void evaluate(String host) {
    encoded.clear();
    HostSlot slot = table.slot(host);
    Optional<String> winner = winners.getOrDefault(host, Optional.empty());
    Map<ResourceKey, Emitted> wanted = wanted(host, desired(slot, winner));
    Map<ResourceKey, Emitted> served = slot.emitted();
    List<Resource> hostPuts = new ArrayList<>();
    List<CompactEntry> hostSources = new ArrayList<>();
    Outcome outcome;
    try {
      outcome = outcome(slot, host, served, wanted);
      for (Map.Entry<ResourceKey, Emitted> one : new TreeMap<>(outcome.after()).entrySet()) {
        if (!one.getValue().equals(served.get(one.getKey()))) {
          hostPuts.add(sameAsServed(slot, resource(slot, one.getValue())));
          hostSources.add(one.getValue().entry());
        }
      }
    } catch (RuntimeException e) {
      // One service must not keep the others from being served; its last state stays.
      LOG.error("Host {} cannot be encoded; its last served state stays", host, e);
      return;
    }
    Map<ResourceKey, Emitted> after = outcome.after();
    puts.addAll(hostPuts);
    sources.addAll(hostSources);
    served.keySet().stream().filter(key -> !after.containsKey(key)).sorted().forEach(removals::add);
    emitted.put(host, after);
    boolean remembered = damper.remembers(host);
    // Of the hosts of a first whole view there is nothing to remember.
    if (remembered || outcome.change().isPresent()) {
      List<String> names = remembered ? names(wanted.keySet(), after.keySet()) : List.of();
      evaluations.put(
          host,
          new HostEvaluation(winner.orElse(""), names, outcome.change(), after.equals(wanted)));
    }
  }

  /**
   * The resource, or the one that is served if it says the same: that one is in the store, and
   * there shall be no second one with the same bytes. What it was made of may be something else.
   */
  private static Resource sameAsServed(HostSlot slot, Resource resource) {
    Resource served = slot.served(resource.key());
    return served != null && served.sameAs(resource)
        ? served.withOrigin(resource.origin())
        : resource;
  }

  /** The resources that are served of a host from now on, and their difference to before. */
  private record Outcome(Map<ResourceKey, Emitted> after, Optional<HostDiff> change) {}

  private Outcome outcome(
      HostSlot slot,
      String host,
      Map<ResourceKey, Emitted> served,
      Map<ResourceKey, Emitted> wanted) {
    // Where a host first appears, or its resources stay as they are, there is nothing to remember:
    // that is what a first whole view is made of.
    if (damper.isOff()
        || wanted.equals(served)
        || (!damper.remembers(host) && (served.isEmpty() || isSame(slot, served, wanted)))) {
      return new Outcome(wanted, Optional.empty());
    }
    HostDiff diff = HostState.diff(served, wanted);
    if (!damper.delays(host, diff, now)) {
      return new Outcome(wanted, Optional.of(diff));
    }
    Map<ResourceKey, Emitted> after = EndpointCut.of(served, wanted);
    return new Outcome(
        after,
        after.equals(served) ? Optional.empty() : Optional.of(HostState.diff(served, after)));
  }

  private boolean isSame(
      HostSlot slot, Map<ResourceKey, Emitted> served, Map<ResourceKey, Emitted> wanted) {
    return served.keySet().equals(wanted.keySet())
        && wanted.entrySet().stream()
            .allMatch(one -> resource(slot, one.getValue()).sameAs(slot.served(one.getKey())));
  }

  private static List<String> names(Set<ResourceKey> some, Set<ResourceKey> others) {
    return Stream.concat(some.stream(), others.stream())
        .map(ResourceKey::name)
        .distinct()
        .sorted()
        .toList();
  }

  private Map<ResourceKey, Emitted> wanted(
      String host, SortedMap<ResourceKey, CompactEntry> desired) {
    Map<ResourceKey, Emitted> wanted = new HashMap<>(2);
    MergedMembers members = merge(host).members();
    desired.forEach(
        (key, entry) ->
            wanted.put(
                key,
                new Emitted(
                    entry, needsVirtualIp(entry) ? book.addressesOf(host) : List.of(), members)));
    return wanted;
  }

  private Resource resource(HostSlot slot, Emitted wanted) {
    Resource made = encoded.get(wanted);
    if (made == null) {
      made = encode(slot, wanted);
      encoded.put(wanted, made);
    }
    return made;
  }

  private Resource encode(HostSlot slot, Emitted wanted) {
    CompactEntry entry = wanted.entry();
    Resource made = entry.served();
    if (made == null) {
      return encoder.encode(entry, wanted.virtualIps()).withOrigin(origin(slot, wanted));
    }
    return wanted.virtualIps().equals(entry.virtualIps())
        ? made
        : encoder.encode(entry, wanted.virtualIps()).withOrigin(made.origin());
  }

  // Only a registry says what is not served yet, so the winner is one.
  private Origin origin(HostSlot slot, Emitted wanted) {
    CompactEntry entry = wanted.entry();
    if (!wanted.members().isEmpty()) {
      return wanted.members().toOrigin(entry.addressed());
    }
    String registry = winners.getOrDefault(slot.host(), Optional.empty()).orElse("");
    Resource served = slot.served(entry.key());
    if (served != null) {
      String place = served.origin().place();
      places.put(place, place);
    }
    return new ServiceOrigin(registry, entry.service(), entry.addressed())
        .toOrigin(place -> places.computeIfAbsent(place, same -> same));
  }

  List<Resource> puts() {
    return puts;
  }

  List<ResourceKey> removals() {
    return removals;
  }

  /** Which registry has each host that was looked at; none if nobody has. */
  Map<String, Optional<String>> winners() {
    return winners;
  }

  /** The merge of the services of a host that are to be merged. */
  MergedHost merge(String host) {
    return merges.getOrDefault(host, MergedHost.NONE);
  }

  private void serve(String host, Map<ResourceKey, Emitted> after) {
    HostSlot slot = table.slot(host);
    List<CompactEntry> entries = new ArrayList<>(after.size());
    for (Emitted one : after.values()) {
      CompactEntry entry = one.entry();
      // What is served already may have been said anew, in equal bytes.
      Resource resource = entry.served() == null ? slot.served(entry.key()) : null;
      if (resource != null) {
        entry.servedAs(resource);
      }
      entries.add(entry);
    }
    // A host that is gone has no slot, and needs none.
    if (!entries.isEmpty() || slot.hasServed()) {
      slot.serve(entries);
    }
  }

  /** Records that the changes were taken over. */
  void taken() {
    for (int i = 0; i < puts.size(); i++) {
      sources.get(i).servedAs(puts.get(i));
    }
    emitted.forEach(this::serve);
    evaluations.forEach((host, evaluation) -> damper.published(host, evaluation, now));
    table.settled();
  }
}
