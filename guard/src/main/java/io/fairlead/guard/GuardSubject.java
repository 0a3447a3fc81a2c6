package io.fairlead.guard;

import io.fairlead.common.Counts;

/**
 * The words for what a deletion guard guards.
 *
 * @param name the name that statuses and commands know it by
 * @param title its kind and name, such as {@code registry shop}
 * @param item what it can lose, such as {@code service}
 * @param part what an item consists of, such as {@code endpoint}; empty if it is lost as a whole
 */
public record GuardSubject(String name, String title, String item, String part) {
  /** A registry with its services and their endpoints. */
  public static GuardSubject registry(String name) {
    return new GuardSubject(name, "registry " + name, "service", "endpoint");
  }

  /** Returns {@code 3 services}. */
  String items(int count) {
    return Counts.of(count, item);
  }

  /** Returns {@code 3 services and 5 endpoints}. */
  String all(ServiceCount count) {
    return items(count.services())
        + (part.isEmpty() ? "" : " and " + Counts.of(count.endpoints(), part));
  }

  /** Returns {@code 3 of 10 services and 5 of 12 endpoints}. */
  String share(ServiceCount count, ServiceCount of) {
    return count.services()
        + " of "
        + items(of.services())
        + (part.isEmpty()
            ? ""
            : " and " + count.endpoints() + " of " + Counts.of(of.endpoints(), part));
  }
}
