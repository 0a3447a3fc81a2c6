package io.fairlead.guard;

import java.util.Optional;

/**
 * The health of the connection to a registry.
 *
 * @param last the last success
 * @param steady since when nothing has failed: the first success after the start or a failure
 * @param problem what fails at present
 * @param failing since when something has failed without a success in between; empty unless there
 *     is a problem
 */
public record ConnectionHealth(
    Optional<Moment> last,
    Optional<Moment> steady,
    Optional<String> problem,
    Optional<Moment> failing) {
  /** That of a registry which was never reached. */
  public static final ConnectionHealth NONE =
      new ConnectionHealth(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Returns the health after a contact that says nothing about parts that fail. */
  public ConnectionHealth reached(Moment now) {
    return new ConnectionHealth(
        Optional.of(now), steady.or(() -> Optional.of(now)), problem, failing);
  }

  /** Returns the health after a contact after which nothing is known to fail. */
  public ConnectionHealth healthy(Moment now) {
    Optional<Moment> unbroken = problem.isPresent() ? Optional.empty() : steady;
    return new ConnectionHealth(
        Optional.of(now), unbroken.or(() -> Optional.of(now)), Optional.empty(), Optional.empty());
  }

  /** Returns the health after something failed. */
  public ConnectionHealth failed(String what, Moment now) {
    return new ConnectionHealth(
        last, steady, Optional.of(what), failing.or(() -> Optional.of(now)));
  }

  /** Returns the health that holds for both of two registries. */
  public static ConnectionHealth both(ConnectionHealth one, ConnectionHealth other) {
    return new ConnectionHealth(
        pick(one.last, other.last, false),
        pick(one.steady, other.steady, true),
        one.problem.or(() -> other.problem),
        one.failing.or(() -> other.failing));
  }

  private static Optional<Moment> pick(
      Optional<Moment> one, Optional<Moment> other, boolean later) {
    return one.flatMap(
        first ->
            other.map(
                second -> Moment.later(first, second).equals(first) == later ? first : second));
  }

  /** Whether nothing fails at present, after a success. */
  public boolean isReadable() {
    return steady.isPresent() && problem.isEmpty();
  }

  /** The later of a time and that since which nothing has failed; nothing if something does. */
  Optional<Long> readableSince(long nanos) {
    return isReadable()
        ? steady.map(moment -> moment.nanos() - nanos >= 0 ? moment.nanos() : nanos)
        : Optional.empty();
  }

  /** Whether the last success is not before a time. */
  boolean isReadSince(long nanos) {
    return last.isPresent() && last.get().nanos() - nanos >= 0;
  }
}
