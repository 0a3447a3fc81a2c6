package io.fairlead.server.xds;

import java.util.Collection;
import java.util.Set;

/** One type on a state-of-the-world stream, stock or incremental, and how far the client is. */
abstract class StateSubscription extends Subscription {
  // Empty: everything.
  private Set<String> names = Set.of();

  StateSubscription(String typeUrl) {
    super(typeUrl);
  }

  /** Takes the names that the client wants, none for everything; a change is owed an answer. */
  final void subscribe(Collection<String> wanted) {
    Set<String> next = wanted.contains("*") ? Set.of() : Set.copyOf(wanted);
    if (!next.equals(names)) {
      names = next;
      hold(null);
    }
  }

  /** The client asks anew: it gets everything again. */
  void restart() {
    forgetFlight();
    hold(null);
  }

  @Override
  final boolean isWildcard() {
    return names.isEmpty();
  }

  @Override
  final Set<String> names() {
    return names;
  }
}
