package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import java.util.List;

/**
 * The status of one service of one registry, for people.
 *
 * @param service the service
 * @param status how it is served, as far as the aggregation knows
 * @param resource {@code namespace/name} of its resource; empty if it has none
 * @param host its host; empty if it has no resource
 * @param shadowedBy label of the registry whose service has the host; empty unless the status is
 *     {@link ServiceStatus#SHADOWED}
 * @param since since when that is its status
 * @param merged the services of its entry, as {@code REGISTRY/ID}, the one first whose ports and
 *     labels it has; empty if it has an entry of its own
 * @param findings what was refused, left out or repaired
 */
public record ServiceReport(
    ServiceId service,
    ServiceStatus status,
    String resource,
    String host,
    String shadowedBy,
    Since since,
    List<String> merged,
    List<Finding> findings) {
  public ServiceReport {
    merged = List.copyOf(merged);
    findings = List.copyOf(findings);
  }
}
