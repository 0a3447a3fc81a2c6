package io.fairlead.conversion;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A vote of a service's instances about one property that they have in common. One instance alone
 * decides nothing: what counts is the strict majority, which the replacement of one of three or
 * more equal instances leaves as it is.
 *
 * <p>Used by one thread.
 *
 * @param <K> what is voted for
 */
final class Votes<K extends Comparable<K>> {
  private final SortedMap<K, Integer> counts = new TreeMap<>();

  void add(K vote) {
    counts.merge(vote, 1, Integer::sum);
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  /** Returns the number of different choices. */
  int different() {
    return counts.size();
  }

  /**
   * Returns the choice of more than half of that many voters; those that chose nothing count, too.
   */
  Optional<K> majority(int voters) {
    return counts.entrySet().stream()
        .filter(vote -> 2L * vote.getValue() > voters)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns the two choices that half of the voters made each. */
  Optional<Level<K>> level(int voters) {
    if (counts.size() != 2) {
      return Optional.empty();
    }
    Iterator<Map.Entry<K, Integer>> votes = counts.entrySet().iterator();
    Map.Entry<K, Integer> lower = votes.next();
    Map.Entry<K, Integer> higher = votes.next();
    return lower.getValue().equals(higher.getValue()) && lower.getValue() * 2L == voters
        ? Optional.of(new Level<>(lower.getKey(), higher.getKey(), lower.getValue()))
        : Optional.empty();
  }

  /**
   * A tie of two choices with half of the votes each.
   *
   * @param lower the one that comes first
   * @param higher the other one
   * @param votes how many each has
   */
  record Level<K>(K lower, K higher, int votes) {}
}
