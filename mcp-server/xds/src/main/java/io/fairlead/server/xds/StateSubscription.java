package io.fairlead.server.xds;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The subscription to one type on a state-of-the-world stream, stock or incremental.
 *
 * <p>What the names of a request mean is the xDS protocol's: {@code *} is everything, and so is an
 * empty list, but only as long as no request on the stream has named anything of the type. After
 * that an empty list means that nothing is wanted any more.
 */
abstract class StateSubscription extends Subscription {
  private static final String WILDCARD = "*";

  private boolean wildcard = true;
  // Whether a request has named something: an empty list does not mean everything any more.
  private boolean explicit;
  private Set<String> names = Set.of();
  private long namesBytes;

  StateSubscription(String typeUrl) {
    super(typeUrl);
  }

  /**
   * Takes the names that the client wants. One that it did not name before is owed an answer,
   * whatever the client holds: it may have forgotten the resource meanwhile. That it wants less is
   * not answered.
   */
  final void subscribe(Collection<String> wanted) {
    explicit |= !wanted.isEmpty();
    boolean everything = !explicit || wanted.contains(WILDCARD);
    Set<String> next = new HashSet<>(wanted);
    next.remove(WILDCARD);
    boolean more = everything && !wildcard || !names.containsAll(next);
    wildcard = everything;
    if (!next.equals(names)) {
      names = Set.copyOf(next);
      namesBytes = names.stream().mapToLong(Subscription::bytesOf).sum();
    }
    if (more) {
      setClientView(null);
    }
  }

  /** The client asks anew: it gets everything again. */
  void restart() {
    forgetFlight();
    setClientView(null);
  }

  @Override
  final int nameCount() {
    return names.size();
  }

  @Override
  final long remembered() {
    return namesBytes;
  }

  @Override
  final boolean isWildcard() {
    return wildcard;
  }

  @Override
  final Predicate<String> interest() {
    Set<String> wanted = names;
    return isWildcard() ? name -> true : wanted::contains;
  }

  @Override
  final Set<String> names() {
    return names;
  }
}
