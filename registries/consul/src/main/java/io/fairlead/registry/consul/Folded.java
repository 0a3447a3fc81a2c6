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
    StringBuilder folded = new StringBuilder(name.length());
    name.codePoints().map(Character::toLowerCase).forEach(folded::appendCodePoint);
    return folded.toString();
  }
}
