package io.fairlead.bench.report;

/**
 * The goal for a figure, and whether it is met.
 *
 * @param text the goal with its unit, such as {@code <= 3 s}
 * @param met whether the measured value reaches it
 */
public record Goal(String text, boolean met) {
  /** Returns a value that should not be above a limit. */
  public static Goal atMost(double value, double limit, String unit) {
    String text = "<= " + Numbers.format(limit) + (unit.isEmpty() ? "" : " " + unit);
    return new Goal(text, value <= limit);
  }
}
