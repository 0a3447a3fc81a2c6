package io.fairlead.aggregation;

/**
 * How much something is: what a registry contributes, or what of it is gone.
 *
 * @param services services with endpoints
 * @param endpoints their endpoints
 */
record Extent(int services, int endpoints) {
  static final Extent NONE = new Extent(0, 0);

  /** A service with so many endpoints; nothing if it has none. */
  static Extent ofService(int endpoints) {
    return new Extent(endpoints > 0 ? 1 : 0, endpoints);
  }

  /** What a service loses that goes from one number of endpoints to a smaller one. */
  static Extent lost(int before, int after) {
    return ofService(before).minus(ofService(after));
  }

  Extent plus(Extent other) {
    return new Extent(services + other.services, endpoints + other.endpoints);
  }

  Extent minus(Extent other) {
    return new Extent(services - other.services, endpoints - other.endpoints);
  }

  /** Of each the smaller number. */
  Extent atMost(Extent other) {
    return new Extent(Math.min(services, other.services), Math.min(endpoints, other.endpoints));
  }
}
