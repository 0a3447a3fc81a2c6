package io.fairlead.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The intended states of each resource, one after the other, and the position of a client in them.
 * A gateway may skip states, since changes gather, but what its clients see of a resource must go
 * through the history forwards: never back, and never to what it was never meant to be. Guarded by
 * its own lock.
 */
final class Histories {
  /** The states of one resource; nothing: it is not there. */
  private static final class History {
    private final List<Optional<MeshService>> states = new ArrayList<>(List.of(Optional.empty()));
    private int seen;
  }

  private final Map<String, History> histories = new HashMap<>();

  /** From now on a resource is meant to be this. */
  synchronized void add(String name, Optional<MeshService> state) {
    histories.computeIfAbsent(name, any -> new History()).states.add(state);
  }

  /**
   * Notes all that a client has.
   *
   * @throws AssertionError if any of it has gone back or was never meant to be
   */
  synchronized void note(Map<String, SeenResource> seen) {
    Set<String> names = new TreeSet<>(histories.keySet());
    names.addAll(seen.keySet());
    for (String name : names) {
      Optional<MeshService> state = Optional.ofNullable(seen.get(name)).map(SeenResource::service);
      History history = histories.get(name);
      if (history == null) {
        throw new AssertionError(name + ": seen (expected: never there)");
      }
      // The earliest that it can be; what comes later is then judged mildly.
      int at = history.seen;
      while (at < history.states.size() && !history.states.get(at).equals(state)) {
        at++;
      }
      if (at == history.states.size()) {
        throw new AssertionError(
            name
                + ": seen as "
                + state
                + "\n(expected: as after change "
                + history.seen
                + " or later)\nits last states: "
                + history.states.subList(Math.max(0, history.seen - 3), history.states.size()));
      }
      history.seen = at;
    }
  }

  /** What is meant to be there now, by name. */
  synchronized Map<String, MeshService> present() {
    Map<String, MeshService> present = new HashMap<>();
    histories.forEach(
        (name, history) ->
            history
                .states
                .get(history.states.size() - 1)
                .ifPresent(state -> present.put(name, state)));
    return present;
  }

  /** Number of changes so far. */
  synchronized int changes() {
    return histories.values().stream().mapToInt(history -> history.states.size() - 1).sum();
  }
}
