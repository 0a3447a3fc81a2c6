package io.fairlead.common;

/** The wording of numbers of things: "1 service", "2 services". Stateless. */
public final class Counts {
  private Counts() {}

  /**
   * Returns a number with what is counted.
   *
   * @param one the word for one of them, such as {@code service}; it takes an s, or ies for its y
   */
  public static String of(long count, String one) {
    if (count == 1) {
      return "1 " + one;
    }
    String many = one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s";
    return count + " " + many;
  }
}
