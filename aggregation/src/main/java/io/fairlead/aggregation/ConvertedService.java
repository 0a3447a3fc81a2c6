package io.fairlead.aggregation;

import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.Converter;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Handling;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Optional;

/**
 * The conversion result of one service, on its way to the commit thread.
 *
 * @param service the service
 * @param entry what can be served; nothing if it is refused, or empty without a usable port
 * @param handling how what can be served is to be handled
 * @param status served, held, empty, not selected, refused, or withdrawn if it is gone
 * @param findings what was refused or repaired
 * @param instances number of instances in the registry
 */
record ConvertedService(
    ServiceId service,
    Optional<CompactEntry> entry,
    Handling handling,
    ServiceStatus status,
    List<Finding> findings,
    int instances) {

  /** Converts a service into what becomes of each of its parts; without rules there is one. */
  static List<ConvertedService> convert(Converter converter, Service service) {
    List<Conversion> conversions = converter.convertAll(service);
    return conversions.size() == 1
        ? List.of(of(conversions.get(0), service))
        : conversions.stream().map(conversion -> of(conversion, service)).toList();
  }

  /**
   * Returns what is said of a part whose service is there and does not have it any more: as if it
   * had lost its last instance.
   */
  static ConvertedService gone(ServiceId part) {
    return new ConvertedService(
        part, Optional.empty(), Handling.NONE, ServiceStatus.WITHDRAWN, List.of(), 0);
  }

  /** Whether it is about a part that its service does not have any more. */
  boolean isGone() {
    return status == ServiceStatus.WITHDRAWN;
  }

  /** Whether it has lost its instances, so that not even an empty entry can be made of it. */
  boolean isBare() {
    return status == ServiceStatus.KEPT_EMPTY
        && entry.isEmpty()
        && findings.stream()
            .noneMatch(finding -> finding.reason().status() == ServiceStatus.NOT_SELECTED);
  }

  private static ConvertedService of(Conversion conversion, Service service) {
    Optional<CompactEntry> entry =
        conversion instanceof Conversion.Converted converted
            ? Optional.of(
                CompactEntry.of(
                    converted.entry(),
                    service.creationIndex().orElse(CompactEntry.NO_INDEX),
                    converted.handling().merging()))
            : Optional.empty();
    return new ConvertedService(
        conversion.service(),
        entry,
        conversion instanceof Conversion.Converted converted ? converted.handling() : Handling.NONE,
        conversion.status(),
        conversion.findings(),
        service.instances().size());
  }
}
