package io.fairlead.server.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A search for what needs somebody now, in the status of a gateway. It keeps nothing but what is
 * costly to count ({@link ServiceFaults}): the same status at the same time has the same problems.
 * Thread-safe.
 *
 * <p>A further problem is a constant of {@link ProblemStatus.Kind}, a static method that finds it
 * in the status, and a line in the constructor.
 */
public final class ProblemFinder {
  /** A look at one part of the status, without side effects. */
  @FunctionalInterface
  interface Check {
    /** Reports the problems of that part. */
    void find(AdminSource source, Instant now, Consumer<ProblemStatus> found);
  }

  private final AdminSource source;
  private final InstantSource clock;
  private final List<Check> checks;

  /**
   * A search in a source.
   *
   * @param clock the wall clock
   */
  public ProblemFinder(AdminSource source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
    ServiceFaults faults = new ServiceFaults(System::nanoTime);
    this.checks =
        List.of(
            ServingProblems::notReady,
            ServingProblems::storeNotDurable,
            ServingProblems::transactionOpen,
            ServingProblems::reloadRefused,
            ServingProblems::adapterLeftOut,
            ServingProblems::restartNeeded,
            ReplicaProblems::unreachable,
            ReplicaProblems::differs,
            RegistryProblems::failing,
            RegistryProblems::unread,
            RegistryProblems::stale,
            RegistryProblems::removalsHeld,
            RegistryProblems::holdLasts,
            RegistryProblems::noticed,
            RegistryProblems::hostsDamped,
            faults::find,
            ConfigSourceProblems::failing,
            ConfigSourceProblems::unread,
            ConfigSourceProblems::refused,
            TlsProblems::certificates,
            TlsProblems::denied,
            ClientProblems::none,
            ClientProblems::refuses,
            ClientProblems::lags);
  }

  /** Returns the problems of now, the most urgent first. */
  public List<ProblemStatus> find() {
    Instant now = clock.instant();
    List<ProblemStatus> found = new ArrayList<>();
    checks.forEach(check -> check.find(source, now, found::add));
    found.sort(ProblemStatus.BY_URGENCY);
    return found;
  }

  /** Returns whether a time is at least so long ago. */
  static boolean isAgo(Duration age, Instant since, Instant now) {
    return !since.plus(age).isAfter(now);
  }
}
