package io.fairlead.aggregation;

import java.util.List;
import java.util.Set;

/**
 * A host that several registries claim. Immutable.
 *
 * @param holder label of the registry that has it
 * @param others labels of the others
 */
record ContestedHost(String holder, List<String> others) {
  ContestedHost {
    others = List.copyOf(others);
  }

  static ContestedHost of(String holder, Set<String> claimants) {
    return new ContestedHost(
        holder, claimants.stream().filter(label -> !label.equals(holder)).toList());
  }
}
