package io.fairlead.aggregation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which virtual IPs a host has.
 *
 * <p>Why each host needs one at all: istiods up to 1.24 allocate an address inside their stored
 * copy of an entry that has none, after which the entry never equals the one that comes again, so
 * that a change of one endpoint is a full push to every proxy; later ones give such entries none,
 * so that proxies with DNS capture cannot resolve them (docs/istiod.md). Hence an address must be
 * there, must be unique, and must not change as long as anyone may remember it.
 *
 * <p>How it is chosen. An address must depend on as little as possible: not on the order in which
 * hosts came, not on the registry, not on this process, since two replicas serve the same istiods
 * and a gateway that lost its disk must find the same addresses again. So the SHA-256 of the host
 * names a place in the range. Ten thousand hosts in the 16.6 million usable addresses of a /8 still
 * give about three pairs that meet in one place (the birthday paradox), so each host has a whole
 * sequence of places: a first one and a step, both from the digest, which visits every address of
 * the range once (double hashing with a step that has no divisor in common with the size). Hosts
 * that have no address yet choose in the order of their digests, each taking the first free place
 * of its own sequence. The outcome depends on the set of hosts alone: whoever starts with the same
 * set, in whatever order it arrives within the commit, chooses alike.
 *
 * <p>Why choices are kept all the same. The rule alone would move hosts: when one that holds a
 * contested place goes, the next in line would step back to its first place, and a new host with a
 * smaller digest would push another from its place. Each move is a full push and, worse, proxies
 * may still send to the old address, which is now another service. So a choice, once made, stays
 * (it is written with the commit that first serves it), and outlives the host for a time, so that a
 * service that is gone over a night comes back to its own address. Replicas with different
 * histories can differ in those few contested places, and in no others.
 *
 * <p>When the range is full, the place of the host that has been gone the longest is given away;
 * when nobody is gone, the host is served without an address, counted, and tried again whenever a
 * place becomes free: an entry without an address is better than none.
 *
 * <p>Confined to the commit thread.
 */
final class VirtualAddressBook {
  static final String NOTE_PREFIX = "vip/";

  /** How long a host that went keeps its addresses. */
  static final Duration KEEP = Duration.ofDays(7);

  private final List<AddressPool> pools = new ArrayList<>();
  private final Expiry<String> unused = new Expiry<>();
  private final Set<String> waiting = new TreeSet<>();
  private Map<String, String> newNotes = new HashMap<>();
  private Set<String> droppedNotes = new HashSet<>();

  /**
   * A book with the choices that were noted, as far as they are of these ranges.
   *
   * @param served hosts that use what was noted for them; all others count as gone from now on
   *     until they are used
   */
  VirtualAddressBook(
      VirtualAddresses addresses, Map<String, String> notes, Set<String> served, long now) {
    if (addresses instanceof VirtualAddresses.Ranges ranges) {
      ranges.ranges().forEach(range -> pools.add(new AddressPool(range)));
      Map<String, String> choices = new HashMap<>(notes.size() * 2);
      notes.forEach(
          (key, choice) -> {
            if (key.startsWith(NOTE_PREFIX)) {
              choices.put(key.substring(NOTE_PREFIX.length()), choice);
            }
          });
      if (!isRestoredWhole(choices)) {
        restoreInOrder(choices);
      }
      // They are given up in this order, which must not be that of a map.
      inOrder(choices.keySet().stream().filter(host -> !served.contains(host)))
          .forEach(host -> unused.add(host, now));
    }
  }

  private static List<String> inOrder(Stream<String> hosts) {
    return hosts.map(HostDigest::of).sorted(HostDigest.ORDER).map(HostDigest::host).toList();
  }

  /** Takes over all choices, if each is one address of each range and no two are the same. */
  private boolean isRestoredWhole(Map<String, String> choices) {
    for (Map.Entry<String, String> choice : choices.entrySet()) {
      String[] addresses = choice.getValue().split(",");
      if (addresses.length != pools.size()) {
        return false;
      }
      for (int i = 0; i < addresses.length; i++) {
        if (!pools.get(i).restore(choice.getKey(), addresses[i])) {
          return false;
        }
      }
    }
    return true;
  }

  // With other ranges than before, or after an accident: if two notes claim one address, the
  // outcome must not depend on the order of a map.
  private void restoreInOrder(Map<String, String> choices) {
    pools.forEach(AddressPool::clear);
    for (String host : inOrder(choices.keySet().stream())) {
      String choice = choices.getOrDefault(host, "");
      for (AddressPool pool : pools) {
        for (String address : choice.split(",")) {
          pool.restore(host, address);
        }
      }
      if (!String.join(",", of(host)).equals(choice)) {
        note(host);
      }
    }
  }

  /** Whether there are no virtual IPs at all. */
  boolean isOff() {
    return pools.isEmpty();
  }

  /** The addresses of a host, IPv4 first; empty if it has none. */
  List<String> of(String host) {
    List<String> addresses = new ArrayList<>(pools.size());
    for (AddressPool pool : pools) {
      pool.addressOf(host).ifPresent(addresses::add);
    }
    return addresses;
  }

  private boolean isComplete(String host) {
    return pools.stream().allMatch(pool -> pool.hasAddress(host));
  }

  /** Notes that a host is served with the addresses it has, if it has any. */
  void keep(String host) {
    unused.remove(host);
  }

  /** Has these hosts use their addresses; those that lack one choose, in the order of digests. */
  void use(Collection<String> hosts) {
    if (isOff()) {
      return;
    }
    TreeSet<HostDigest> choosing = new TreeSet<>(HostDigest.ORDER);
    for (String host : hosts) {
      unused.remove(host);
      if (!isComplete(host)) {
        choosing.add(HostDigest.of(host));
      }
    }
    for (HostDigest digest : choosing) {
      choose(digest);
    }
  }

  private void choose(HostDigest digest) {
    boolean complete = true;
    boolean changed = false;
    for (AddressPool pool : pools) {
      if (pool.hasAddress(digest.host())) {
        continue;
      }
      boolean chosen = chooseFrom(pool, digest);
      changed |= chosen;
      complete &= chosen;
    }
    if (complete) {
      waiting.remove(digest.host());
    } else {
      waiting.add(digest.host());
    }
    if (changed) {
      note(digest.host());
    }
  }

  // A full range gives away the place of whoever has been gone the longest.
  private boolean chooseFrom(AddressPool pool, HostDigest digest) {
    while (!pool.choose(digest)) {
      Optional<String> oldest = unused.takeOldest();
      if (oldest.isEmpty()) {
        return false;
      }
      release(oldest.get());
    }
    return true;
  }

  /** Notes that a host is not served any more, or has addresses of its own. */
  void leave(String host, long now) {
    waiting.remove(host);
    if (pools.stream().anyMatch(pool -> pool.hasAddress(host))) {
      unused.add(host, now);
    }
  }

  /** Gives up the addresses of hosts that have been gone for {@link #KEEP}. */
  void expire(long now) {
    unused.takeDue(KEEP, now).forEach(this::release);
  }

  Optional<Duration> untilNextExpiry(long now) {
    return unused.untilNext(KEEP, now);
  }

  private void release(String host) {
    pools.forEach(pool -> pool.release(host));
    note(host);
  }

  private void note(String host) {
    List<String> addresses = of(host);
    String key = NOTE_PREFIX + host;
    if (addresses.isEmpty()) {
      newNotes.remove(key);
      droppedNotes.add(key);
    } else {
      droppedNotes.remove(key);
      newNotes.put(key, String.join(",", addresses));
    }
  }

  /** Hosts that are served with fewer addresses than there are ranges, since one is full. */
  Set<String> waiting() {
    return Set.copyOf(waiting);
  }

  /** Notes to write since {@link #notesTaken}. */
  Map<String, String> newNotes() {
    return newNotes;
  }

  /** Keys of notes to drop since {@link #notesTaken}. */
  Set<String> droppedNotes() {
    return droppedNotes;
  }

  /** Forgets the notes that were to be written: somebody else keeps them now. */
  void notesTaken() {
    // New ones: clearing a map that once had every host costs as much each time.
    newNotes = new HashMap<>();
    droppedNotes = new HashSet<>();
  }
}
