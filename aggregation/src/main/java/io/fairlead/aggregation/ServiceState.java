package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is served for one service of one registry, and why.
 *
 * <p>A service that loses its last endpoint is served on with its last entry, without endpoints:
 * the same ports, revisions and resolution whatever the registry says meanwhile, so that the routes
 * to it stay as they are. After the time to keep it, it is withdrawn until it has endpoints again.
 * One that becomes refused for another reason than emptiness leaves at once: nothing of it would be
 * true any more, and what refuses it is counted and shown.
 *
 * @param service which service
 * @param phase how it is served
 * @param entryOrNull what is served; null if it is withdrawn or refused
 * @param findings what its last conversion found
 * @param instances number of its instances in the registry
 */
record ServiceState(
    ServiceId service,
    Phase phase,
    @Nullable CompactEntry entryOrNull,
    List<Finding> findings,
    int instances) {
  enum Phase {
    /** Has endpoints. */
    LIVE,
    /** Has endpoints that the registry does not give any more. */
    HELD,
    /** Has none, and is kept for its time. */
    KEPT,
    /** Has none for longer than it is kept. */
    WITHDRAWN,
    /** Cannot be served. */
    REFUSED
  }

  /** The state after a registry's word. */
  static ServiceState next(Optional<ServiceState> before, Taken taken) {
    return switch (taken.kind()) {
      case LIVE -> of(Phase.LIVE, taken.entry(), taken);
      case HELD -> of(Phase.HELD, taken.entry(), taken);
      case REFUSED -> of(Phase.REFUSED, Optional.empty(), taken);
      case EMPTY, PORTLESS -> empty(before, taken);
    };
  }

  private static ServiceState empty(Optional<ServiceState> before, Taken taken) {
    if (before.isPresent() && before.get().phase == Phase.WITHDRAWN) {
      return of(Phase.WITHDRAWN, Optional.empty(), taken);
    }
    Optional<CompactEntry> last =
        before.flatMap(ServiceState::entry).map(CompactEntry::withoutEndpoints);
    Optional<CompactEntry> kept = last.isPresent() ? last : taken.entry();
    return of(kept.isPresent() ? Phase.KEPT : Phase.REFUSED, kept, taken);
  }

  private static ServiceState of(Phase phase, Optional<CompactEntry> entry, Taken taken) {
    return new ServiceState(
        taken.service(), phase, entry.orElse(null), taken.findings(), taken.instances());
  }

  /** A service that is known and not served. */
  static ServiceState withdrawn(ServiceId service) {
    return new ServiceState(service, Phase.WITHDRAWN, null, List.of(), 0);
  }

  /** What is served, unless it is withdrawn or refused. */
  Optional<CompactEntry> entry() {
    return Optional.ofNullable(entryOrNull);
  }

  /** Number of endpoints of what is served. */
  int endpoints() {
    return entryOrNull == null ? 0 : entryOrNull.endpoints();
  }

  /** The same state with an entry that is equal to the one it has, and with that one's id. */
  ServiceState with(CompactEntry equalEntry) {
    return new ServiceState(equalEntry.service(), phase, equalEntry, findings, instances);
  }

  /** The same state without what is served. */
  ServiceState withoutEntry() {
    return new ServiceState(service, phase, null, List.of(), instances);
  }

  /** The state once the time to keep it is over. */
  ServiceState withdrawn() {
    return new ServiceState(service, Phase.WITHDRAWN, null, findings, instances);
  }
}
