package io.fairlead.aggregation.vip;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
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
import org.jspecify.annotations.Nullable;

/**
 * A book of the virtual IPs that hosts have or had lately; the package says how they are chosen.
 *
 * <p>Confined to the commit thread.
 */
public final class VirtualAddressBook {
  private static final String NOTE_PREFIX = "vip/";

  /** The time for which a host that went keeps its addresses. */
  static final Duration RETENTION = Duration.ofDays(7);

  private final List<AddressPool> pools = new ArrayList<>();
  // The latest time that was given: what the cache goes by.
  private long clock;
  // The hosts that went and still have their addresses, with the time since when.
  private final Cache<String, Long> released =
      Caffeine.newBuilder()
          .expireAfterWrite(RETENTION)
          .ticker(() -> clock)
          .executor(Runnable::run)
          .removalListener(this::giveUpExpired)
          .build();
  private final Set<String> waiting = new TreeSet<>();
  private Map<String, String> newNotes = new HashMap<>();
  private Set<String> droppedNotes = new HashSet<>();

  /**
   * Makes a book with the choices that were noted, as far as they are of these ranges.
   *
   * @param served hosts that use what was noted for them; all others count as gone from now on
   *     until they are used
   */
  public VirtualAddressBook(
      VirtualAddresses addresses, Map<String, String> notes, Set<String> served, long now) {
    clock = now;
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
          .forEach(host -> released.put(host, now));
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
      if (!String.join(",", addressesOf(host)).equals(choice)) {
        note(host);
      }
    }
  }

  /** The key of the note of a host's addresses, whose value is these, separated by commas. */
  public static String noteKey(String host) {
    return NOTE_PREFIX + host;
  }

  /** Whether there are no virtual IPs at all. */
  private boolean isOff() {
    return pools.isEmpty();
  }

  /** Returns the addresses of a host, IPv4 first; empty if it has none. */
  public List<String> addressesOf(String host) {
    List<String> addresses = new ArrayList<>(pools.size());
    for (AddressPool pool : pools) {
      pool.addressOf(host).ifPresent(addresses::add);
    }
    return addresses;
  }

  private boolean isComplete(String host) {
    return pools.stream().allMatch(pool -> pool.hasAddress(host));
  }

  /** Retains the addresses of a host that is served with those it has, if it has any. */
  public void retain(String host) {
    released.invalidate(host);
  }

  /** Assigns addresses to hosts: those they have, else free ones, in the order of digests. */
  public void assign(Collection<String> hosts) {
    if (isOff()) {
      return;
    }
    TreeSet<HostDigest> choosing = new TreeSet<>(HostDigest.ORDER);
    for (String host : hosts) {
      released.invalidate(host);
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
      Optional<String> oldest = oldestReleased().map(Map.Entry::getKey);
      if (oldest.isEmpty()) {
        return false;
      }
      released.invalidate(oldest.get());
      giveUp(oldest.get());
    }
    return true;
  }

  /** Releases the addresses of a host that is not served with them any more: they expire. */
  public void release(String host, long now) {
    waiting.remove(host);
    expire(now);
    if (pools.stream().anyMatch(pool -> pool.hasAddress(host))) {
      released.asMap().putIfAbsent(host, now);
    }
  }

  /** Gives up the addresses of hosts that have been gone for {@link #RETENTION}. */
  public void expire(long now) {
    clock = now;
    released.cleanUp();
  }

  /** Returns the time until addresses expire, zero if some have. */
  public Optional<Duration> untilNextExpiry(long now) {
    return oldestReleased()
        .map(oldest -> now - oldest.getValue())
        .map(age -> Duration.ofNanos(Math.max(0, RETENTION.toNanos() - age)));
  }

  private Optional<Map.Entry<String, Long>> oldestReleased() {
    if (released.estimatedSize() == 0) {
      return Optional.empty();
    }
    return released.policy().expireAfterWrite().orElseThrow().oldest(1).entrySet().stream()
        .findFirst();
  }

  private void giveUpExpired(@Nullable String host, @Nullable Long since, RemovalCause cause) {
    if (host != null && cause.wasEvicted()) {
      giveUp(host);
    }
  }

  private void giveUp(String host) {
    pools.forEach(pool -> pool.release(host));
    note(host);
  }

  private void note(String host) {
    List<String> addresses = addressesOf(host);
    String key = noteKey(host);
    if (addresses.isEmpty()) {
      newNotes.remove(key);
      droppedNotes.add(key);
    } else {
      droppedNotes.remove(key);
      newNotes.put(key, String.join(",", addresses));
    }
  }

  /** Returns the hosts that are served with too few addresses, since a range is full. */
  public Set<String> waiting() {
    return Set.copyOf(waiting);
  }

  /** Returns the notes to write since {@link #notesTaken}. */
  public Map<String, String> newNotes() {
    return newNotes;
  }

  /** Returns the keys of notes to drop since {@link #notesTaken}. */
  public Set<String> droppedNotes() {
    return droppedNotes;
  }

  /** Forgets the notes that were to be written: somebody else keeps them now. */
  public void notesTaken() {
    // New ones: clearing a map that once had every host costs as much each time.
    newNotes = new HashMap<>();
    droppedNotes = new HashSet<>();
  }
}
