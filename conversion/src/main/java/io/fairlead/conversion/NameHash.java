package io.fairlead.conversion;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The suffix that keeps changed names apart: {@code -x} and nine characters of base 32, that is 45
 * bits of a SHA-256 of the original. The form is fixed, so that {@link #endsWithSuffix} can tell a
 * name that looks like a changed one; such a name gets a suffix of its own, and hence no service
 * can take the host of another by choosing its name.
 */
final class NameHash {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final String MARK = "-x";
  private static final int CHARACTERS = 9;

  /** Length of a suffix. */
  static final int LENGTH = MARK.length() + CHARACTERS;

  private final MessageDigest digest;

  /**
   * Creates a hash for one purpose.
   *
   * @param purpose keeps the suffixes of different kinds of names apart
   */
  NameHash(String purpose) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: part of every Java runtime)", e);
    }
    add(purpose);
  }

  /**
   * Adds one part of the original. Hashed by UTF-16 units, since an encoding could map different
   * illegal texts to the same bytes, and with the length, so that adjacent parts stay distinct.
   */
  NameHash add(String part) {
    int length = part.length();
    digest.update((byte) (length >>> 24));
    digest.update((byte) (length >>> 16));
    digest.update((byte) (length >>> 8));
    digest.update((byte) length);
    for (int i = 0; i < length; i++) {
      digest.update((byte) (part.charAt(i) >>> 8));
      digest.update((byte) part.charAt(i));
    }
    return this;
  }

  /** Returns the suffix of all parts added; ends the use of this hash. */
  String suffix() {
    byte[] hash = digest.digest();
    long bits = 0;
    for (int i = 0; i < 8; i++) {
      bits = bits << 8 | (hash[i] & 0xff);
    }
    StringBuilder suffix = new StringBuilder(MARK);
    for (int i = 0; i < CHARACTERS; i++) {
      suffix.append(ALPHABET.charAt((int) (bits >>> (5 * i)) & 31));
    }
    return suffix.toString();
  }

  /** Returns a label with a suffix, its own text cut where needed. */
  String label(String text) {
    String base = DnsText.cleanLabel(text, DnsText.MAX_LABEL - LENGTH);
    return (base.isEmpty() ? "service" : base) + suffix();
  }

  /** Whether a label looks as if it had a suffix. */
  static boolean endsWithSuffix(String label) {
    int from = label.length() - LENGTH;
    if (from < 0 || !label.startsWith(MARK, from)) {
      return false;
    }
    for (int i = from + MARK.length(); i < label.length(); i++) {
      if (ALPHABET.indexOf(label.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }
}
