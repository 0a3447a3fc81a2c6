package io.fairlead.bench.scenario;

import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;

/**
 * The common properties of the figures of one part of a scenario.
 *
 * @param scenario its name
 * @param size how much there was
 * @param ending of each figure's name
 */
record Sizes(String scenario, String size, String ending) {
  /** Returns a figure of that part. */
  Figure figure(String name, String unit, Sample sample) {
    return Figure.of(scenario, name + ending, size, unit, sample);
  }
}
