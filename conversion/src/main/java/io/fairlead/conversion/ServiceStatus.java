package io.fairlead.conversion;

import java.util.Locale;

/**
 * The status of a service, or of an instance or a value of it: what became of it on its way from a
 * registry into the mesh. This is the one list of them. Conversion and aggregation set it; API,
 * console, commands and metrics show its {@link #label}, and nothing beside it.
 */
public enum ServiceStatus {
  /** Served with endpoints. */
  SERVED,
  /** Served, with a value changed or left out. */
  REPAIRED,
  /** Served with endpoints that the registry does not give any more: their loss is held. */
  HELD,
  /** Served without endpoints, for the time that empty services are kept. */
  KEPT_EMPTY,
  /** To be served, and not in the mesh before a commit: a transaction, batching, a first read. */
  WAITING,
  /** To be served, and not in the mesh before its time, since it changes again and again. */
  DAMPED,
  /** Not served, since it has had no endpoint for longer than empty services are kept. */
  WITHDRAWN,
  /** Not served, since another registry has the host by priority. */
  SHADOWED,
  /** Of a service or an instance: not served, as a rule or its owner leaves it out. No fault. */
  NOT_SELECTED,
  /** Not served, for the reasons found. */
  REFUSED,
  /** Of an instance: no endpoint, because of a fault in what was registered. */
  ENDPOINT_LEFT_OUT,
  /** Of an instance: no endpoint, since the registry says that it takes no traffic. No fault. */
  OUT_OF_SERVICE,
  /** Not known, since its registry was not read yet. */
  UNKNOWN;

  /** Returns whether there is something to serve. */
  public boolean isServed() {
    return switch (this) {
      case SERVED, REPAIRED, HELD, KEPT_EMPTY -> true;
      default -> false;
    };
  }

  /** Returns whether what was registered or configured is at fault, so somebody should look. */
  public boolean isFault() {
    return switch (this) {
      case REPAIRED, SHADOWED, REFUSED, ENDPOINT_LEFT_OUT -> true;
      default -> false;
    };
  }

  /** Returns the name that users see, in lower case with underscores. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
