package io.fairlead.conversion.rules;

/**
 * The counted repeats of a pattern, such as {@code {2,100}}. Nested ones multiply, and so would the
 * memory of the compiled pattern, which is made before anybody could look at its size.
 */
final class Repeats {
  /** The largest product that is taken. */
  static final int MAX = 1000;

  private Repeats() {}

  /** Returns the product of the counts of all repeats, nested or not; above {@link #MAX} any. */
  static int product(String pattern) {
    long product = 1;
    int at = 0;
    while (at < pattern.length() && product <= MAX) {
      char c = pattern.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '{') {
        int largest = 1;
        int number = 0;
        while (at < pattern.length() && isCount(pattern.charAt(at))) {
          char digit = pattern.charAt(at++);
          number = digit == ',' ? 0 : Math.min(number * 10 + (digit - '0'), MAX + 1);
          largest = Math.max(largest, number);
        }
        product *= largest;
      }
    }
    return (int) Math.min(product, MAX + 1);
  }

  private static boolean isCount(char c) {
    return c == ',' || (c >= '0' && c <= '9');
  }
}
