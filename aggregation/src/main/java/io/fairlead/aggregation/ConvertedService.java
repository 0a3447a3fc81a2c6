package io.fairlead.aggregation;

import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.Converter;
import io.fairlead.conversion.Finding;
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
 * @param status served, held, empty or refused
 * @param findings what was refused or repaired
 * @param instances number of instances in the registry
 */
record ConvertedService(
    ServiceId service,
    Optional<CompactEntry> entry,
    ServiceStatus status,
    List<Finding> findings,
    int instances) {

  static ConvertedService convert(Converter converter, Service service) {
    Conversion conversion = converter.convert(service);
    Optional<CompactEntry> entry =
        conversion instanceof Conversion.Converted converted
            ? Optional.of(
                CompactEntry.of(
                    converted.entry(), service.creationIndex().orElse(CompactEntry.NO_INDEX)))
            : Optional.empty();
    return new ConvertedService(
        service.id(),
        entry,
        conversion.status(),
        conversion.findings(),
        service.instances().size());
  }
}
