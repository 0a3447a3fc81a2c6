package io.fairlead.aggregation;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A host that several registries claim. Immutable.
 *
 * @param holder label of the registry that has it
 * @param others labels of the others, with the time since which each has lacked it
 */
record ContestedHost(String holder, Map<String, Since> others) {
  ContestedHost {
    others = Map.copyOf(others);
  }

  /**
   * Returns the state of a host, in which those that lacked it before keep their time.
   *
   * @param before its former state; null if it was not contested
   */
  static ContestedHost of(
      @Nullable ContestedHost before, String holder, Set<String> claimants, Since now) {
    Map<String, Since> former = before == null ? Map.of() : before.others;
    return new ContestedHost(
        holder,
        claimants.stream()
            .filter(label -> !label.equals(holder))
            .collect(Collectors.toMap(label -> label, label -> former.getOrDefault(label, now))));
  }
}
