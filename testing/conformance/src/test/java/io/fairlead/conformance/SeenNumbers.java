package io.fairlead.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The numbers of commits that a gateway has given over its restarts: they only rise, and none
 * stands for two states. Confined to its user's lock.
 */
final class SeenNumbers {
  private final Map<String, Integer> states = new HashMap<>();
  // Which start of the gateway made each commit.
  private final Map<Long, Integer> makers = new HashMap<>();
  private Optional<String> epoch = Optional.empty();
  // The newest of all, and the newest that a client had in this start: it may lag behind.
  private long last;
  private long received;
  private int start;
  private long lastBeforeStart;

  /** The gateway is started anew, with its store or with none. */
  void started(boolean storeLost) {
    start++;
    lastBeforeStart = last;
    received = last;
    if (storeLost) {
      epoch = Optional.empty();
    }
  }

  /** Notes a response. */
  void note(String versionInfo, Collection<SeenResource> resources) {
    int dash = versionInfo.indexOf('-');
    String itsEpoch = versionInfo.substring(0, dash);
    long number = Long.parseLong(versionInfo.substring(dash + 1));
    if (!epoch.orElse(itsEpoch).equals(itsEpoch)) {
      throw new AssertionError("epoch: " + itsEpoch + " (expected: " + epoch + ", as before)");
    }
    if (epoch.isEmpty() && states.keySet().stream().anyMatch(it -> it.startsWith(itsEpoch + "-"))) {
      throw new AssertionError("epoch: " + itsEpoch + " (expected: a new one for a new store)");
    }
    epoch = Optional.of(itsEpoch);
    if (number < received) {
      throw new AssertionError("number: " + number + " (expected: at least " + received + ")");
    }
    received = number;
    last = Math.max(last, number);
    int state = new TreeSet<>(resources.stream().map(SeenResource::content).toList()).hashCode();
    Integer before = states.putIfAbsent(versionInfo, state);
    if (before != null && before != state) {
      throw new AssertionError(versionInfo + ": another state (expected: the same as before)");
    }
  }

  /** Notes the list of commits of the present start, the newest first. */
  void noteCommits(JsonNode commits) {
    long above = Long.MAX_VALUE;
    for (JsonNode commit : commits) {
      long number = commit.path("number").asLong();
      if (number >= above || number <= lastBeforeStart) {
        throw new AssertionError(
            "commit: "
                + number
                + " (expected: below "
                + above
                + ", which came later, and above "
                + lastBeforeStart
                + ", the last before the start)");
      }
      above = number;
      Integer maker = makers.putIfAbsent(number, start);
      if (maker != null && maker != start) {
        throw new AssertionError("commit: " + number + " (expected: never used by another start)");
      }
      last = Math.max(last, number);
    }
  }

  /** The number of the newest response. */
  long received() {
    return received;
  }

  /** The newest number that was seen. */
  long last() {
    return last;
  }

  /** Number of states that were seen. */
  int size() {
    return states.size();
  }
}
