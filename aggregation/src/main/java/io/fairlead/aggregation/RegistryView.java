package io.fairlead.aggregation;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.Hold;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registration of a registry as any thread may see it. {@link #contact} and {@link #holds} are
 * written by the adapter's calls, which do not overlap; the rest by the commit thread.
 */
final class RegistryView {
  private static final Logger log = LoggerFactory.getLogger(RegistryView.class);

  /**
   * How it stands with the contact.
   *
   * @param last the last success
   * @param steady since when nothing has failed: the first success after the start or a failure
   * @param problem what fails at present
   */
  record Contact(Optional<Moment> last, Optional<Moment> steady, Optional<String> problem) {
    static final Contact NONE = new Contact(Optional.empty(), Optional.empty(), Optional.empty());

    /** What holds for both of two registries. */
    static Contact both(Contact one, Contact other) {
      return new Contact(
          pick(one.last, other.last, false),
          pick(one.steady, other.steady, true),
          one.problem.or(() -> other.problem));
    }

    private static Optional<Moment> pick(
        Optional<Moment> one, Optional<Moment> other, boolean later) {
      return one.flatMap(
          first ->
              other.map(
                  second -> Moment.later(first, second).equals(first) == later ? first : second));
    }

    boolean isReadable() {
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

  private final RegistrySettings settings;
  private volatile Contact contact = Contact.NONE;
  // What the adapter keeps on a suspicion.
  private volatile List<Hold> holds = List.of();
  private volatile Ledger ledger = new Ledger();
  private volatile @Nullable GuardBoard guards;
  private volatile boolean synced;

  RegistryView(RegistrySettings settings) {
    this.settings = settings;
  }

  RegistrySettings settings() {
    return settings;
  }

  /** A contact that says nothing about parts that fail. */
  void reached(Moment now) {
    Contact before = contact;
    contact =
        new Contact(Optional.of(now), before.steady.or(() -> Optional.of(now)), before.problem);
  }

  /** A contact after which nothing is known to fail. */
  void healthy(Moment now) {
    Contact before = contact;
    if (before.problem.isPresent()) {
      log.info("Registry {} can be read again", settings.name());
    }
    Optional<Moment> steady = before.problem.isPresent() ? Optional.empty() : before.steady;
    contact = new Contact(Optional.of(now), steady.or(() -> Optional.of(now)), Optional.empty());
  }

  void failing(String said, Throwable cause) {
    String problem = ForeignText.problem(said);
    Contact before = contact;
    // Not on every try: a registry that is down for hours fails every few seconds.
    if (!before.problem.equals(Optional.of(problem))) {
      log.warn("Registry {}: {}", settings.name(), problem);
      // The problem says what happened and what to do; the trace is for whoever debugs an adapter.
      log.debug("Registry {}: its cause", settings.name(), cause);
    }
    contact = new Contact(before.last, before.steady, Optional.of(problem));
  }

  void holding(List<Hold> newHolds) {
    holds = List.copyOf(newHolds);
  }

  Contact contact() {
    return contact;
  }

  /** Has it show what is known of the registry. */
  void attach(Ledger newLedger, GuardBoard newGuards) {
    ledger = newLedger;
    guards = newGuards;
  }

  /** What the deletion guard holds. */
  List<GuardStatus> guards(InstantSource clock) {
    GuardBoard board = guards;
    return board == null ? List.of() : board.statuses(contact, clock);
  }

  /** The same without the services. */
  List<GuardStatus> guardSummaries(InstantSource clock) {
    GuardBoard board = guards;
    return board == null ? List.of() : board.summaries(contact, clock);
  }

  boolean hasGuard(String id) {
    GuardBoard board = guards;
    return board != null && board.find(id) != null;
  }

  Ledger ledger() {
    return ledger;
  }

  void markSynced() {
    synced = true;
  }

  boolean isSynced() {
    return synced;
  }

  RegistryStatus status() {
    Contact last = contact;
    Ledger.Sums sums = ledger.sums();
    return new RegistryStatus(
        settings.name(),
        synced,
        last.last.map(Moment::wall).orElse(null),
        last.problem.orElse(null),
        sums.services(),
        sums.instances(),
        sums.refused(),
        sums.findings(),
        holds);
  }
}
