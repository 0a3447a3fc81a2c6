package io.fairlead.configs.document;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides what an unquoted word means. The rules are those of the YAML reader that Kubernetes and
 * istiod use, so that nothing here is a text that is a number there.
 */
final class Scalars {
  private static final Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Pattern INTEGER =
      Pattern.compile("[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Set<String> NOT_FINITE =
      Set.of(".inf", "+.inf", "-.inf", ".nan", ".infinity");
  // Doubles have all integers up to here.
  private static final double MAX_EXACT = 1L << 53;
  private static final int MAX_DIGITS = 66;

  private Scalars() {}

  static Node of(Position position, String word) {
    if (NOTHING.contains(word)) {
      return new Node.Nothing(position);
    }
    if (TRUE.contains(word) || FALSE.contains(word)) {
      return new Node.Truth(position, word, TRUE.contains(word));
    }
    String plain = word.startsWith("_") ? word : word.replace("_", "");
    if (plain.length() <= MAX_DIGITS && INTEGER.matcher(plain).matches()) {
      BigInteger value = integer(plain);
      if (value.bitLength() <= 64) {
        return new Node.Number(position, word, value.doubleValue(), Optional.of(value));
      }
    }
    if (DECIMAL.matcher(plain).matches()) {
      double value = Double.parseDouble(plain);
      if (!Double.isInfinite(value)) {
        return new Node.Number(position, word, value, whole(value));
      }
    }
    if (NOT_FINITE.contains(word.toLowerCase(Locale.ROOT))) {
      return new Node.Number(position, word, Double.NaN, Optional.empty());
    }
    return new Node.Text(position, word);
  }

  private static Optional<BigInteger> whole(double value) {
    return value == Math.rint(value) && Math.abs(value) <= MAX_EXACT
        ? Optional.of(BigInteger.valueOf((long) value))
        : Optional.empty();
  }

  private static BigInteger integer(String plain) {
    boolean negative = plain.startsWith("-");
    String digits = negative || plain.startsWith("+") ? plain.substring(1) : plain;
    int radix = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      char mark = Character.toLowerCase(digits.charAt(1));
      radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
      digits = digits.substring(Character.isDigit(mark) ? 1 : 2);
    }
    BigInteger value = new BigInteger(digits, radix);
    return negative ? value.negate() : value;
  }
}
