package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;

/** The kind of change of a type that a client has not received yet. */
enum PendingChange {
  /** Nothing. */
  NOTHING,
  /** Additions or changes, with or without removals; also an answer that is owed. */
  ADDITIONS,
  /** Removals only. */
  REMOVALS;

  /** Returns the kind of a difference. */
  static PendingChange of(Difference difference) {
    if (!difference.changed().isEmpty()) {
      return ADDITIONS;
    }
    return difference.removed().isEmpty() ? NOTHING : REMOVALS;
  }
}
