package io.fairlead.conversion;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Objects;

/** Outcome of the conversion of one service. */
public sealed interface Conversion {

  /** Returns the service that was converted or refused. */
  ServiceId service();

  /**
   * Returns what was refused, left out or repaired; sorted, empty only if the service was taken as
   * it is.
   */
  List<Finding> findings();

  /** Returns what there is to serve: with endpoints, without, or nothing. */
  ServiceStatus status();

  /**
   * A service that can be served, perhaps with no endpoint.
   *
   * @param service the service
   * @param entry what is served for it
   * @param origins why its port and protocol are what they are
   * @param findings what was left out or repaired
   */
  record Converted(ServiceId service, ConvertedEntry entry, Origins origins, List<Finding> findings)
      implements Conversion {
    public Converted {
      Objects.requireNonNull(service, "service");
      Objects.requireNonNull(entry, "entry");
      Objects.requireNonNull(origins, "origins");
      findings = List.copyOf(findings);
    }

    @Override
    public ServiceStatus status() {
      return entry.entry().getEndpointsCount() > 0
          ? ServiceStatus.SERVED
          : ServiceStatus.KEPT_EMPTY;
    }
  }

  /**
   * A service that cannot be served.
   *
   * @param service the service
   * @param findings at least one, of {@link ServiceStatus#REFUSED}
   */
  record Refused(ServiceId service, List<Finding> findings) implements Conversion {
    public Refused {
      Objects.requireNonNull(service, "service");
      findings = List.copyOf(findings);
      if (findings.isEmpty()) {
        throw new IllegalArgumentException("findings: [] (expected: the reason of the refusal)");
      }
    }

    /**
     * Returns a service that lacks a port alone has lost its instances, or none of them is usable:
     * it is empty. Any other refusal is about what the service is.
     */
    @Override
    public ServiceStatus status() {
      return findings.stream()
              .filter(finding -> finding.reason().status() == ServiceStatus.REFUSED)
              .allMatch(finding -> finding.reason() == Reason.NO_PORT)
          ? ServiceStatus.KEPT_EMPTY
          : ServiceStatus.REFUSED;
    }
  }
}
