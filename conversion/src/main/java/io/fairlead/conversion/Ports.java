package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** The choice of a service's one port. */
final class Ports {
  private Ports() {}

  /** Whether the number can be a port of a ServiceEntry. */
  static boolean isLegal(int number) {
    return number >= 1 && number <= 65535;
  }

  /**
   * The port of a service. Instances of any health have a say, so that a failing health check never
   * changes a port: that would be a full push to every proxy.
   */
  static OptionalInt choose(PortRule rule, Iterable<Instance> instances) {
    if (rule instanceof PortRule.Fixed fixed) {
      return OptionalInt.of(fixed.number());
    }
    SortedMap<Integer, Integer> votes = new TreeMap<>();
    for (Instance instance : instances) {
      if (isLegal(instance.port())) {
        votes.merge(instance.port(), 1, Integer::sum);
      }
    }
    return votes.isEmpty() ? OptionalInt.empty() : OptionalInt.of(mostVoted(votes));
  }

  /** The key with most votes, the first of equals. */
  static <K> K mostVoted(SortedMap<K, Integer> votes) {
    K most = votes.firstKey();
    int count = 0;
    for (Map.Entry<K, Integer> vote : votes.entrySet()) {
      if (vote.getValue() > count) {
        most = vote.getKey();
        count = vote.getValue();
      }
    }
    return most;
  }
}
