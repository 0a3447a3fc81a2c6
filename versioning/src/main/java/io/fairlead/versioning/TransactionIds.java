package io.fairlead.versioning;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * Gives each transaction a name that a person can type: eight characters of Crockford's base 32,
 * which has no letters that are read as another or as a digit. A name is never given twice: names
 * are a walk through all 2^40 of them with a random start and a random odd step, which meets none
 * again before it has met all. Not a secret; who may release a transaction is not decided by it.
 *
 * <p>Not safe for use by several threads.
 */
final class TransactionIds {
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int LENGTH = 8;
  private static final int BITS = 5;
  private static final Pattern FORM = Pattern.compile("[" + DIGITS + "]{" + LENGTH + "}");

  private final long step;
  private long next;

  TransactionIds() {
    SecureRandom random = new SecureRandom();
    next = random.nextLong();
    step = random.nextLong() | 1;
  }

  /** Whether a text has the form of these names. */
  static boolean isId(String text) {
    return FORM.matcher(text).matches();
  }

  String next() {
    long value = next;
    next += step;
    StringBuilder id = new StringBuilder(LENGTH);
    for (int shift = (LENGTH - 1) * BITS; shift >= 0; shift -= BITS) {
      id.append(DIGITS.charAt((int) (value >>> shift) & ((1 << BITS) - 1)));
    }
    return id.toString();
  }
}
