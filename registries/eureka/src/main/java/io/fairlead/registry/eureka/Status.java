package io.fairlead.registry.eureka;

import io.fairlead.registry.Availability;

/** The status of an instance, in the order in which Eureka's hash code names them. */
enum Status {
  DOWN(Availability.UNHEALTHY),
  OUT_OF_SERVICE(Availability.DISABLED),
  STARTING(Availability.UNHEALTHY),
  UNKNOWN(Availability.UNHEALTHY),
  UP(Availability.READY);

  private final Availability availability;

  Status(Availability availability) {
    this.availability = availability;
  }

  Availability availability() {
    return availability;
  }

  /** Returns the status of that name; Eureka's clients take any other for {@link #UNKNOWN}. */
  static Status of(String name) {
    for (Status status : values()) {
      if (status.name().equalsIgnoreCase(name)) {
        return status;
      }
    }
    return UNKNOWN;
  }
}
