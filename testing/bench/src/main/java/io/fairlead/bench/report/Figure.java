package io.fairlead.bench.report;

import java.util.Optional;

/**
 * One measured figure.
 *
 * @param scenario the scenario that measured it
 * @param name what it is
 * @param size how much there was, such as {@code 10,000 x 10}
 * @param unit of the values; empty for a ratio
 * @param sample the values
 * @param goal what it should be, if that was said; judged on the median unless the goal says else
 * @param note what a reader should know
 */
public record Figure(
    String scenario,
    String name,
    String size,
    String unit,
    Sample sample,
    Optional<Goal> goal,
    String note) {

  /** Returns a figure without a goal and a note. */
  public static Figure of(String scenario, String name, String size, String unit, Sample sample) {
    return new Figure(scenario, name, size, unit, sample, Optional.empty(), "");
  }

  /** Returns the same with a goal for the median. */
  public Figure atMost(double limit) {
    return with(Goal.atMost(sample.median(), limit, unit));
  }

  /** Returns the same with a goal. */
  public Figure with(Goal other) {
    return new Figure(scenario, name, size, unit, sample, Optional.of(other), note);
  }

  /** Returns the same with a note. */
  public Figure noted(String other) {
    return new Figure(scenario, name, size, unit, sample, goal, other);
  }
}
