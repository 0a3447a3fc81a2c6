package io.fairlead.server.admin;

import io.fairlead.conversion.Finding;
import java.util.List;
import java.util.Objects;

/**
 * What became of one service of a registry.
 *
 * @param registry the registry's name
 * @param service the service as the registry spells it
 * @param outcome whether it is served
 * @param explanation the outcome in a sentence
 * @param host the host that it has, or would have, in the mesh; empty if refused
 * @param resource the resource that serves it, {@code namespace/name}; empty if none does
 * @param endpoints its endpoints in the mesh
 * @param findings what was refused, left out or repaired
 */
public record ServiceView(
    String registry,
    String service,
    Outcome outcome,
    String explanation,
    String host,
    String resource,
    int endpoints,
    List<Finding> findings) {
  public ServiceView {
    Objects.requireNonNull(outcome, "outcome");
    findings = List.copyOf(findings);
  }

  /** Whether a service is in the mesh. */
  public enum Outcome {
    /** It is, with endpoints. */
    SERVED,
    /** It is, without an endpoint. */
    EMPTY,
    /** It is not, because of a fault. */
    REFUSED,
    /** It is not, since another service has its host and goes first. */
    SHADOWED
  }
}
