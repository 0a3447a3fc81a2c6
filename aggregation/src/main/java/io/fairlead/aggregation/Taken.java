package io.fairlead.aggregation;

import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.Converter;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Optional;

/**
 * What a registry says about one service, converted: the form in which it goes from the caller's
 * thread to the commit thread.
 *
 * @param service whom it is about
 * @param entry what can be served, nothing for {@link Kind#PORTLESS} and {@link Kind#REFUSED}
 * @param kind how it is
 * @param findings what was refused or repaired
 * @param instances number of instances in the registry
 */
record Taken(
    ServiceId service,
    Optional<CompactEntry> entry,
    Kind kind,
    List<Finding> findings,
    int instances) {
  enum Kind {
    /** With endpoints. */
    LIVE,
    /** With endpoints, some or all of which the registry does not give any more. */
    HELD,
    /** Without endpoints. */
    EMPTY,
    /** Without endpoints, and without a port, since no instance has a usable one. */
    PORTLESS,
    /** Not to be served. */
    REFUSED
  }

  static Taken convert(Converter converter, Service service) {
    Conversion conversion = converter.convert(service);
    int instances = service.instances().size();
    if (conversion instanceof Conversion.Converted converted) {
      CompactEntry entry =
          CompactEntry.of(converted.entry(), service.creationIndex().orElse(CompactEntry.NO_INDEX));
      return new Taken(
          service.id(),
          Optional.of(entry),
          entry.endpoints() > 0 ? Kind.LIVE : Kind.EMPTY,
          converted.findings(),
          instances);
    }
    // A service that is refused for the lack of a port alone has lost its instances, or none of
    // them is usable: it is empty. Any other refusal is about what the service is.
    boolean portless =
        conversion.findings().stream()
            .filter(finding -> finding.reason().kind() == Reason.Kind.REFUSED)
            .allMatch(finding -> finding.reason() == Reason.NO_PORT);
    return new Taken(
        service.id(),
        Optional.empty(),
        portless ? Kind.PORTLESS : Kind.REFUSED,
        conversion.findings(),
        instances);
  }
}
