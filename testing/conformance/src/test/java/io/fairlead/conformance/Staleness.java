package io.fairlead.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The measure of how long a client of the gateway sees what its registry no longer has, and how
 * long it waits for what is new. An endpoint is {@code HOST ADDRESS:PORT}, registered once and
 * never again after it was deregistered. Thread-safe: its own lock guards its state.
 */
final class Staleness {
  private final LongSupplier nanoTime;
  // Since when each is what it is, in nanoseconds.
  private final Map<String, Long> registered = new HashMap<>();
  private final Map<String, Long> deregistered = new HashMap<>();
  private final List<Long> waits = new ArrayList<>();
  private final List<Long> stales = new ArrayList<>();
  private final Set<String> lost = new TreeSet<>();
  private Set<String> held = Set.of();

  Staleness(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes that an endpoint is about to be registered. */
  synchronized void registers(String endpoint) {
    registered.put(endpoint, nanoTime.getAsLong());
  }

  /** Notes that an endpoint is about to be deregistered. */
  synchronized void deregisters(String endpoint) {
    registered.remove(endpoint);
    deregistered.put(endpoint, nanoTime.getAsLong());
  }

  /** Takes what the client sees from now on: endpoints by host. */
  synchronized void sees(Map<String, Set<String>> mesh) {
    long now = nanoTime.getAsLong();
    Set<String> next = new HashSet<>();
    mesh.forEach((host, all) -> all.forEach(one -> next.add(host + " " + one)));
    for (String endpoint : held) {
      if (!next.contains(endpoint)) {
        Long since = deregistered.get(endpoint);
        if (since == null) {
          lost.add(endpoint);
        } else {
          stales.add(now - since);
        }
      }
    }
    for (String endpoint : next) {
      Long since = registered.get(endpoint);
      if (since != null && !held.contains(endpoint)) {
        waits.add(now - since);
      }
    }
    held = next;
  }

  /** The endpoints that left the mesh although they were registered. */
  synchronized Set<String> lost() {
    return new TreeSet<>(lost);
  }

  /** The endpoints that the client sees at present and that have been gone for longer than this. */
  synchronized Set<String> staleFor(Duration limit) {
    long now = nanoTime.getAsLong();
    Set<String> stale = new TreeSet<>();
    for (String endpoint : held) {
      Long since = deregistered.get(endpoint);
      if (since != null && now - since > limit.toNanos()) {
        stale.add(endpoint);
      }
    }
    return stale;
  }

  /** The longest time that an endpoint was seen after its deregistration. */
  synchronized Duration worstStaleness() {
    return worst(stales);
  }

  /** The longest time until a new endpoint was seen. */
  synchronized Duration worstWait() {
    return worst(waits);
  }

  private static Duration worst(List<Long> times) {
    return Duration.ofNanos(times.stream().mapToLong(Long::longValue).max().orElse(0));
  }

  /** Figures for a person. */
  synchronized String figures() {
    return "what came was seen after "
        + distribution(waits)
        + "; what left was gone after "
        + distribution(stales);
  }

  private static String distribution(List<Long> times) {
    if (times.isEmpty()) {
      return "(none yet)";
    }
    List<Long> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    return String.format(
        "%.1f s (median), %.1f s (99 of 100), %.1f s (worst of %d)",
        seconds(sorted.get(sorted.size() / 2)),
        seconds(sorted.get(sorted.size() * 99 / 100)),
        seconds(sorted.get(sorted.size() - 1)),
        sorted.size());
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
