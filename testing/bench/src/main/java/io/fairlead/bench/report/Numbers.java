package io.fairlead.bench.report;

import java.util.Locale;

/** Numbers as the report shows them. */
final class Numbers {
  private Numbers() {}

  /** Three figures that count, and thousands apart. */
  static String format(double value) {
    double size = Math.abs(value);
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size >= 10) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
    return String.format(Locale.ROOT, size >= 1 ? "%.2f" : "%.3f", value);
  }
}
