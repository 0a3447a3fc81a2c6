package io.fairlead.guard;

/**
 * A number of services and of their endpoints: contributed by a source, or gone.
 *
 * @param services services with endpoints
 * @param endpoints their endpoints
 */
public record ServiceCount(int services, int endpoints) {
  /** Nothing. */
  public static final ServiceCount NONE = new ServiceCount(0, 0);

  /** A service with so many endpoints; nothing if it has none. */
  public static ServiceCount ofService(int endpoints) {
    return new ServiceCount(endpoints > 0 ? 1 : 0, endpoints);
  }

  /** Returns the loss of a service that goes from one number of endpoints to a smaller one. */
  public static ServiceCount lost(int before, int after) {
    return ofService(before).minus(ofService(after));
  }

  /** The sum. */
  public ServiceCount plus(ServiceCount other) {
    return new ServiceCount(services + other.services, endpoints + other.endpoints);
  }

  /** The difference. */
  public ServiceCount minus(ServiceCount other) {
    return new ServiceCount(services - other.services, endpoints - other.endpoints);
  }

  /** Of each the smaller number. */
  ServiceCount atMost(ServiceCount other) {
    return new ServiceCount(
        Math.min(services, other.services), Math.min(endpoints, other.endpoints));
  }
}
