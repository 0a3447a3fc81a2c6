package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state served for one service of one registry, and the reasons.
 *
 * <p>A service that loses its last endpoint is served on with its last entry, without endpoints:
 * the same ports, revisions and resolution whatever the registry says meanwhile, so that the routes
 * to it stay as they are. After the time to keep it, it is withdrawn until it has endpoints again.
 * One that becomes refused for another reason than emptiness leaves at once: nothing of it would be
 * true any more, and what refuses it is counted and shown.
 *
 * @param service which service
 * @param status served, held, kept empty, withdrawn or refused
 * @param entryOrNull what is served; null if it is withdrawn or refused
 * @param findings what its last conversion found
 * @param instances number of its instances in the registry
 */
record ServiceState(
    ServiceId service,
    ServiceStatus status,
    @Nullable CompactEntry entryOrNull,
    List<Finding> findings,
    int instances) {

  /** Returns the state after a registry's report. */
  static ServiceState next(@Nullable ServiceState before, ConvertedService converted) {
    return converted.status() == ServiceStatus.KEPT_EMPTY
        ? empty(before, converted)
        : of(converted.status(), converted.entry(), converted);
  }

  private static ServiceState empty(@Nullable ServiceState before, ConvertedService converted) {
    if (before != null && before.status == ServiceStatus.WITHDRAWN) {
      return of(ServiceStatus.WITHDRAWN, Optional.empty(), converted);
    }
    Optional<CompactEntry> last =
        Optional.ofNullable(before)
            .flatMap(ServiceState::entry)
            .map(CompactEntry::withoutEndpoints);
    Optional<CompactEntry> kept = last.isPresent() ? last : converted.entry();
    return of(kept.isPresent() ? ServiceStatus.KEPT_EMPTY : unserved(converted), kept, converted);
  }

  private static ServiceStatus unserved(ConvertedService converted) {
    return converted.findings().stream()
            .anyMatch(finding -> finding.reason() == Reason.NOT_SELECTED)
        ? ServiceStatus.NOT_SELECTED
        : ServiceStatus.REFUSED;
  }

  /** A service of which nothing is said any more, and that is kept without endpoints. */
  static ServiceState keptEmpty(CompactEntry entry) {
    return new ServiceState(entry.service(), ServiceStatus.KEPT_EMPTY, entry, List.of(), 0);
  }

  private static ServiceState of(
      ServiceStatus status, Optional<CompactEntry> entry, ConvertedService converted) {
    return new ServiceState(
        converted.service(),
        status,
        entry.orElse(null),
        converted.findings(),
        converted.instances());
  }

  /** A service as a former process served it, of which the registry has said nothing yet. */
  static ServiceState former(CompactEntry entry) {
    ServiceStatus status =
        entry.endpointsToLose() > 0 ? ServiceStatus.SERVED : ServiceStatus.KEPT_EMPTY;
    return new ServiceState(entry.service(), status, entry, List.of(), 0);
  }

  /** A service that is known and not served. */
  static ServiceState withdrawn(ServiceId service) {
    return new ServiceState(service, ServiceStatus.WITHDRAWN, null, List.of(), 0);
  }

  /** What is served, unless it is withdrawn or refused. */
  Optional<CompactEntry> entry() {
    return Optional.ofNullable(entryOrNull);
  }

  /**
   * Number of endpoints that are lost if it goes; none of one that is kept although it is empty.
   */
  int endpoints() {
    return entryOrNull == null || status == ServiceStatus.KEPT_EMPTY
        ? 0
        : entryOrNull.endpointsToLose();
  }

  /** The same state with another entry of the same service, and with that one's id. */
  ServiceState with(CompactEntry other) {
    return new ServiceState(other.service(), status, other, findings, instances);
  }

  /** The same state without what is served. */
  ServiceState withoutEntry() {
    return new ServiceState(service, status, null, List.of(), instances);
  }

  /** The state once the time to keep it is over. */
  ServiceState withdrawn() {
    return new ServiceState(service, ServiceStatus.WITHDRAWN, null, findings, instances);
  }
}
