package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;

/** What a client lacks of a type. */
enum Pending {
  /** Nothing. */
  NOTHING,
  /** Additions or changes, with or without removals; also an answer that is owed. */
  ADDITIONS,
  /** Removals only. */
  REMOVALS;

  /** What a difference amounts to. */
  static Pending of(Difference difference) {
    if (!difference.changed().isEmpty()) {
      return ADDITIONS;
    }
    return difference.removed().isEmpty() ? NOTHING : REMOVALS;
  }
}
