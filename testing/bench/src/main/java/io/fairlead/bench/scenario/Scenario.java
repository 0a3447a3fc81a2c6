package io.fairlead.bench.scenario;

import java.io.IOException;

/** A measurement that is made as a whole and gives figures. */
public interface Scenario {
  /** Returns how it is chosen: {@code make bench SCENARIOS=NAME}. */
  String name();

  /** Returns the name under which it is chosen together with its like; by itself its own. */
  default String group() {
    return name();
  }

  /** Measures and hands the figures over. */
  void run(Bench bench) throws IOException;
}
