package io.fairlead.registry.consul;

/**
 * The form in which Consul compares names of services, nodes, instances and datacenters: it ignores
 * case, character by character, in every table and lookup.
 */
final class Folded {
  private Folded() {}

  /**
   * A name in lower case. Each character alone, as Consul does: {@link String#toLowerCase} would
   * make two characters of some, and another one of some at the end of a word.
   */
  static String of(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    name.codePoints().map(Character::toLowerCase).forEach(folded::appendCodePoint);
    return folded.toString();
  }
}
