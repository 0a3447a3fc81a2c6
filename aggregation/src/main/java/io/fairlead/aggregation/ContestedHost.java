package io.fairlead.aggregation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host that several registries claim. Immutable.
 *
 * @param holder label of the registry that has it
 * @param others labels of the others
 */
record ContestedHost(String holder, Map<String, Loser> others) {
  /**
   * A registry that lacks the host.
   *
   * @param since since when
   * @param services number of its services that claim it
   */
  record Loser(Since since, int services) {}

  ContestedHost {
    others = Map.copyOf(others);
  }

  /**
   * Returns the state of a host, in which those that lacked it before keep their time.
   *
   * @param before its former state; null if it was not contested
   * @param lacking labels of the registries that lack it, with the number of their services
   */
  static ContestedHost of(
      @Nullable ContestedHost before, String holder, Map<String, Integer> lacking, Since now) {
    Map<String, Loser> others = new HashMap<>();
    lacking.forEach(
        (label, services) -> {
          Loser former = before == null ? null : before.others.get(label);
          others.put(label, new Loser(former == null ? now : former.since, services));
        });
    return new ContestedHost(holder, others);
  }
}
