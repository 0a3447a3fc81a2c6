package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Candidate;
import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.HostTable.Slot;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.damping.FlapDamper.HostEvaluation;
import io.fairlead.aggregation.damping.HostDiff;
import io.fairlead.aggregation.vip.VirtualAddressBook;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what to put and remove for the hosts that were touched, and encodes nothing else. What
 * is new about a host that is damped is left for later. {@link #gather} changes only the book of
 * virtual IPs, in a way that a repetition finds again; {@link #taken} records what was put.
 * Confined to the commit thread.
 */
final class HostChanges {
  private static final Logger log = LoggerFactory.getLogger(HostChanges.class);

  private final HostTable table;
  private final VirtualAddressBook book;
  private final FlapDamper damper;
  private final ResourceEncoder encoder;
  private final long now;
  private final List<Resource> puts = new ArrayList<>();
  // Of each of the puts what it was made of.
  private final List<Candidate> sources = new ArrayList<>();
  private final List<ResourceKey> removals = new ArrayList<>();
  private final Map<String, Map<ResourceKey, Emitted>> emitted = new LinkedHashMap<>();
  private final Map<String, HostEvaluation> evaluations = new HashMap<>();
  private final Map<String, Optional<String>> winners = new HashMap<>();
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
      Slot slot = table.slot(host);
      Optional<String> winner = slot.winner(order);
      changes.winners.put(host, winner);
      SortedMap<ResourceKey, Candidate> desired = desired(slot, winner);
      if (desired.values().stream().anyMatch(HostChanges::needsVirtualIp)) {
        needing.add(host);
      } else if (desired.values().stream().anyMatch(Candidate.Inherited.class::isInstance)
          || (!desired.isEmpty() && changes.goesOnWithVirtualIps(host, slot, desired))) {
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

  private static SortedMap<ResourceKey, Candidate> desired(Slot slot, Optional<String> winner) {
    return winner.map(slot::candidates).orElseGet(TreeMap::new);
  }

  private static boolean needsVirtualIp(Candidate candidate) {
    return candidate instanceof CompactEntry entry && !entry.addressed();
  }

  // What it is to be served with later needs none, but until then it is served as it was.
  private boolean goesOnWithVirtualIps(
      String host, Slot slot, SortedMap<ResourceKey, Candidate> desired) {
    if (slot.emitted().values().stream()
        .noneMatch(
            served ->
                !served.virtualIps().isEmpty()
                    || served.candidate() instanceof Candidate.Inherited)) {
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
    Slot slot = table.slot(host);
    Optional<String> winner = winners.getOrDefault(host, Optional.empty());
    Map<ResourceKey, Emitted> wanted = wanted(host, desired(slot, winner));
    Map<ResourceKey, Emitted> served = slot.emitted();
    List<Resource> hostPuts = new ArrayList<>();
    List<Candidate> hostSources = new ArrayList<>();
    Outcome outcome;
    try {
      outcome = outcome(host, served, wanted);
      for (Map.Entry<ResourceKey, Emitted> one : new TreeMap<>(outcome.after()).entrySet()) {
        if (!one.getValue().equals(served.get(one.getKey()))) {
          hostPuts.add(sameAsServed(slot, resource(one.getValue())));
          hostSources.add(one.getValue().candidate());
        }
      }
    } catch (RuntimeException e) {
      // One service must not keep the others from being served; its last state stays.
      log.error("Host {} cannot be encoded; what was served of it before stays", host, e);
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
   * there shall be no second one with the same bytes.
   */
  private static Resource sameAsServed(Slot slot, Resource resource) {
    Candidate candidate = slot.served(resource.key());
    Resource served = candidate == null ? null : HostTable.resourceOf(candidate);
    return served != null && served.sameAs(resource) ? served : resource;
  }

  /** The resources that are served of a host from now on, and their difference to before. */
  private record Outcome(Map<ResourceKey, Emitted> after, Optional<HostDiff> change) {}

  private Outcome outcome(
      String host, Map<ResourceKey, Emitted> served, Map<ResourceKey, Emitted> wanted) {
    // Where a host first appears, or a former process's entry is made anew as it was, there is
    // nothing to remember: that is what a first whole view is made of.
    if (damper.isOff()
        || wanted.equals(served)
        || (!damper.remembers(host) && (served.isEmpty() || isMadeAnew(served, wanted)))) {
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

  private boolean isMadeAnew(Map<ResourceKey, Emitted> served, Map<ResourceKey, Emitted> wanted) {
    return served.keySet().equals(wanted.keySet())
        && wanted.entrySet().stream()
            .allMatch(one -> isMadeAnew(served.get(one.getKey()), one.getValue()));
  }

  private boolean isMadeAnew(@Nullable Emitted served, Emitted wanted) {
    return served != null
        && served.candidate() instanceof Candidate.Inherited former
        && former.resource().sameAs(resource(wanted));
  }

  private static List<String> names(Set<ResourceKey> some, Set<ResourceKey> others) {
    return Stream.concat(some.stream(), others.stream())
        .map(ResourceKey::name)
        .distinct()
        .sorted()
        .toList();
  }

  private Map<ResourceKey, Emitted> wanted(String host, SortedMap<ResourceKey, Candidate> desired) {
    Map<ResourceKey, Emitted> wanted = new HashMap<>(2);
    desired.forEach(
        (key, candidate) ->
            wanted.put(
                key,
                new Emitted(
                    candidate, needsVirtualIp(candidate) ? book.addressesOf(host) : List.of())));
    return wanted;
  }

  private Resource resource(Emitted wanted) {
    return encoded.computeIfAbsent(wanted, this::encode);
  }

  private Resource encode(Emitted wanted) {
    if (wanted.candidate() instanceof Candidate.Inherited inherited) {
      return inherited.resource();
    }
    return encoder.encode((CompactEntry) wanted.candidate(), wanted.virtualIps());
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

  private void serve(String host, Map<ResourceKey, Emitted> after) {
    Slot slot = table.slot(host);
    List<Candidate> candidates = new ArrayList<>(after.size());
    for (Emitted one : after.values()) {
      Candidate candidate = one.candidate();
      // What is served already may have been said anew, in equal bytes.
      if (candidate instanceof CompactEntry entry && entry.served() == null) {
        Candidate before = slot.served(entry.key());
        Resource resource = before == null ? null : HostTable.resourceOf(before);
        if (resource != null) {
          entry.servedAs(resource);
        }
      }
      candidates.add(candidate);
    }
    // A host that is gone has no slot, and needs none.
    if (!candidates.isEmpty() || slot.hasServed()) {
      slot.serve(candidates);
    }
  }

  /** Records that the changes were taken over. */
  void taken() {
    for (int i = 0; i < puts.size(); i++) {
      if (sources.get(i) instanceof CompactEntry entry) {
        entry.servedAs(puts.get(i));
      }
    }
    emitted.forEach(this::serve);
    evaluations.forEach((host, evaluation) -> damper.published(host, evaluation, now));
    table.settled();
  }
}
