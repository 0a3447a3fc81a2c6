package io.fairlead.registry;

import io.fairlead.common.ForeignText;
import java.util.List;
import java.util.Objects;

/**
 * The outcome of one read of a whole registry; a failure never looks like an empty registry.
 * Immutable.
 */
public sealed interface ReadOutcome {

  /**
   * A successful, authorised read of everything the adapter is configured to mirror, at one moment
   * or as near to it as the registry allows.
   *
   * @param services every service; each {@link ServiceId} at most once
   */
  record Fresh(List<Service> services) implements ReadOutcome {
    public Fresh {
      services = List.copyOf(services);
    }
  }

  /**
   * A read that did not succeed as a whole; parts of it that arrived must not be used.
   *
   * @param problem what happened and what the operator can do, in one sentence that names the
   *     registry's address
   * @param cause the error itself
   */
  record Failed(String problem, Throwable cause) implements ReadOutcome {
    public Failed {
      problem = ForeignText.problem(problem);
      Objects.requireNonNull(cause, "cause");
    }
  }
}
