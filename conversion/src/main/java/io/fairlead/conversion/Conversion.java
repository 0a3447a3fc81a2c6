package io.fairlead.conversion;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Objects;

/** The outcome of the conversion of one service. */
public sealed interface Conversion {

  /** Returns the service that was converted or refused. */
  ServiceId service();

  /**
   * Returns the findings, sorted: refusals, omissions and repairs; empty only if the service was
   * taken as it is.
   */
  List<Finding> findings();

  /** Returns the status by what there is to serve: with endpoints, without, or nothing. */
  ServiceStatus status();

  /**
   * A service that can be served, perhaps with no endpoint.
   *
   * @param service the service
   * @param entry its ServiceEntry
   * @param origins the origins of its port and protocol
   * @param handling how it is to be handled
   * @param findings omissions and repairs
   */
  record Converted(
      ServiceId service,
      ConvertedEntry entry,
      Origins origins,
      Handling handling,
      List<Finding> findings)
      implements Conversion {
    public Converted {
      Objects.requireNonNull(service, "service");
      Objects.requireNonNull(entry, "entry");
      Objects.requireNonNull(origins, "origins");
      Objects.requireNonNull(handling, "handling");
      findings = List.copyOf(findings);
    }

    @Override
    public ServiceStatus status() {
      return ConvertedEntry.isEmpty(entry.entry())
          ? ServiceStatus.KEPT_EMPTY
          : ServiceStatus.SERVED;
    }
  }

  /**
   * A service that is not to be served, by a rule or by its owner's word.
   *
   * @param service the service
   * @param findings why
   * @param whole whether it leaves as such; otherwise it has no instance that is selected, as if it
   *     had lost them
   */
  record NotSelected(ServiceId service, List<Finding> findings, boolean whole)
      implements Conversion {
    public NotSelected {
      Objects.requireNonNull(service, "service");
      findings = List.copyOf(findings);
    }

    /** Returns the status: one that has no instance selected is like one that has none. */
    @Override
    public ServiceStatus status() {
      return whole ? ServiceStatus.NOT_SELECTED : ServiceStatus.KEPT_EMPTY;
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
     * Returns the status: a service that only lacks a port is an empty one, since it has lost its
     * instances or none of them is usable; any other refusal concerns the service itself.
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
