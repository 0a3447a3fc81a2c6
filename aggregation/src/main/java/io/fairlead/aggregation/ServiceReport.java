package io.fairlead.aggregation;

import io.fairlead.conversion.Finding;
import io.fairlead.registry.ServiceId;
import java.util.List;

/**
 * What became of one service of one registry: for previews and for people.
 *
 * @param service the service
 * @param outcome how it is served
 * @param resource {@code namespace/name} of its resource; empty if it has none
 * @param host its host; empty if it has no resource
 * @param shadowedBy label of the registry whose service has the host; empty unless the outcome is
 *     {@link Outcome#SHADOWED}
 * @param findings what was refused, left out or repaired
 */
public record ServiceReport(
    ServiceId service,
    Outcome outcome,
    String resource,
    String host,
    String shadowedBy,
    List<Finding> findings) {
  public ServiceReport {
    findings = List.copyOf(findings);
  }

  /** How a service is served. */
  public enum Outcome {
    /** With endpoints. */
    SERVED,
    /** With endpoints that its registry does not give any more, kept by the deletion guard. */
    HELD,
    /** Without endpoints, for the time that empty services are kept. */
    KEPT_EMPTY,
    /** Not at all, since it has had no endpoint for longer than that. */
    WITHDRAWN,
    /** Not at all, for the reasons found. */
    REFUSED,
    /** Not at all, since another registry has the host by priority. */
    SHADOWED
  }
}
