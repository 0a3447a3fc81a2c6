package io.fairlead.conversion;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Objects;

/** Outcome of the conversion of one service. */
public sealed interface Conversion {

  /** The service that was converted or refused. */
  ServiceId service();

  /**
   * What was refused, left out or repaired; sorted, empty only if the service was taken as it is.
   */
  List<Finding> findings();

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
  }

  /**
   * A service that cannot be served.
   *
   * @param service the service
   * @param findings at least one, of {@link Reason.Kind#REFUSED}
   */
  record Refused(ServiceId service, List<Finding> findings) implements Conversion {
    public Refused {
      Objects.requireNonNull(service, "service");
      findings = List.copyOf(findings);
      if (findings.isEmpty()) {
        throw new IllegalArgumentException("findings: [] (expected: the reason of the refusal)");
      }
    }
  }
}
