package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Candidate;
import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.HostTable.Slot;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what to put and remove for the hosts that were touched, and encodes nothing else.
 * {@link #gather} changes only the book of virtual IPs, in a way that a repetition finds again;
 * {@link #taken} records what was put. Confined to the commit thread.
 */
final class HostChanges {
  private static final Logger log = LoggerFactory.getLogger(HostChanges.class);

  private final HostTable table;
  private final VirtualAddressBook book;
  private final ResourceEncoder encoder;
  private final List<Resource> puts = new ArrayList<>();
  private final List<ResourceKey> removals = new ArrayList<>();
  private final Map<String, Map<ResourceKey, Emitted>> emitted = new LinkedHashMap<>();
  private final Map<String, Optional<String>> winners = new HashMap<>();

  private HostChanges(HostTable table, VirtualAddressBook book, ResourceEncoder encoder) {
    this.table = table;
    this.book = book;
    this.encoder = encoder;
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
      ResourceEncoder encoder,
      Comparator<String> order,
      long now) {
    HostChanges changes = new HostChanges(table, book, encoder);
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
      } else if (desired.values().stream().anyMatch(Candidate.Inherited.class::isInstance)) {
        book.keep(host);
      } else {
        book.leave(host, now);
      }
    }
    book.use(needing);
    for (String host : hosts) {
      changes.look(host);
    }
    return changes;
  }

  private static SortedMap<ResourceKey, Candidate> desired(Slot slot, Optional<String> winner) {
    return winner.map(slot::candidates).orElseGet(TreeMap::new);
  }

  private static boolean needsVirtualIp(Candidate candidate) {
    return candidate instanceof Candidate.Live live && !live.entry().addressed();
  }

  private void look(String host) {
    Slot slot = table.slot(host);
    SortedMap<ResourceKey, Candidate> desired =
        desired(slot, winners.getOrDefault(host, Optional.empty()));
    List<Resource> hostPuts = new ArrayList<>();
    Map<ResourceKey, Emitted> after = new HashMap<>();
    try {
      for (Map.Entry<ResourceKey, Candidate> one : desired.entrySet()) {
        Candidate candidate = one.getValue();
        List<String> virtualIps = needsVirtualIp(candidate) ? book.of(host) : List.of();
        Emitted wanted = new Emitted(candidate, virtualIps);
        if (!wanted.equals(slot.emitted().get(one.getKey()))) {
          hostPuts.add(resource(candidate, virtualIps));
        }
        after.put(one.getKey(), wanted);
      }
    } catch (RuntimeException e) {
      // One service must not keep the others from being served; its last state stays.
      log.error("Host {} cannot be encoded; what was served of it before stays", host, e);
      return;
    }
    puts.addAll(hostPuts);
    slot.emitted().keySet().stream()
        .filter(key -> !desired.containsKey(key))
        .sorted()
        .forEach(removals::add);
    emitted.put(host, after);
  }

  private Resource resource(Candidate candidate, List<String> virtualIps) {
    if (candidate instanceof Candidate.Inherited inherited) {
      return inherited.resource();
    }
    return encoder.encode(((Candidate.Live) candidate).entry(), virtualIps);
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

  /** Records that the changes were taken over. */
  void taken() {
    emitted.forEach(
        (host, after) -> {
          Map<ResourceKey, Emitted> slot = table.slot(host).emitted();
          slot.keySet().retainAll(after.keySet());
          slot.putAll(after);
        });
    table.settled();
  }
}
