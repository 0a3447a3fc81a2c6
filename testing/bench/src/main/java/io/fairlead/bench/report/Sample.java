package io.fairlead.bench.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Values of one figure over its repetitions. Immutable.
 *
 * @param sorted the values, at least one, the smallest first
 */
public record Sample(List<Double> sorted) {
  public Sample {
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("sorted: [] (expected: at least one value)");
    }
    sorted = sorted.stream().sorted().toList();
  }

  /** Returns the given values, in any order. */
  public static Sample of(double... values) {
    return new Sample(Arrays.stream(values).boxed().toList());
  }

  /** Returns the given values, in any order. */
  public static Sample of(Collection<Double> values) {
    return new Sample(List.copyOf(values));
  }

  /** Returns how many values there are. */
  public int size() {
    return sorted.size();
  }

  /** Returns the smallest. */
  public double min() {
    return sorted.get(0);
  }

  /** Returns the largest. */
  public double max() {
    return sorted.get(size() - 1);
  }

  /** Returns the middle one, or the mean of the two in the middle. */
  public double median() {
    int middle = size() / 2;
    return size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /**
   * Returns the smallest value that at least a share of the values does not exceed (nearest rank).
   *
   * @param percent above 0, at most 100
   */
  public double percentile(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent: " + percent + " (expected: 0 < percent <= 100)");
    }
    return sorted.get((int) Math.ceil(percent / 100 * size()) - 1);
  }
}
