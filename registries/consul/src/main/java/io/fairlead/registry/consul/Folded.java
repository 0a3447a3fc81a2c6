package io.fairlead.registry.consul;

/**
 * The form in which Consul compares names of services, nodes, instances and datacenters: it ignores
 * case, character by character, in every table and lookup.
 */
final class Folded {
  private Folded() {}

  /**
   * Returns a name in lower case, character by character as Consul does it: {@link
   * String#toLowerCase} would turn some characters into two, and depends on the end of a word.
   */
  static String of(String name) {
    if (isFolded(name)) {
      return name;
    }
    StringBuilder folded = new StringBuilder(name.length());
    name.codePoints().map(Character::toLowerCase).forEach(folded::appendCodePoint);
    return folded.toString();
  }

  /** Whether a name is plain ASCII without capitals, as nearly all are. */
  private static boolean isFolded(String name) {
    for (int at = 0; at < name.length(); at++) {
      char character = name.charAt(at);
      if (character > 0x7f || (character >= 'A' && character <= 'Z')) {
        return false;
      }
    }
    return true;
  }
}
