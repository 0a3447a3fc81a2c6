package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one registry contributes, by service, with its extent kept as it changes. Confined to the
 * commit thread.
 */
final class Contribution {
  private final Map<ServiceId, ServiceState> services = new HashMap<>();
  private Extent extent = Extent.NONE;

  @Nullable ServiceState get(ServiceId service) {
    return services.get(service);
  }

  boolean contains(ServiceId service) {
    return services.containsKey(service);
  }

  /** The services; not to be changed, and to be copied by who changes this meanwhile. */
  Set<ServiceId> services() {
    return services.keySet();
  }

  void put(ServiceId service, ServiceState state) {
    ServiceState before = services.put(service, state);
    extent = extent.minus(extentOf(before)).plus(extentOf(state));
  }

  /** Takes a service out; tells whether it was there. */
  boolean remove(ServiceId service) {
    ServiceState before = services.remove(service);
    extent = extent.minus(extentOf(before));
    return before != null;
  }

  /** Changes every state. */
  void replaceAll(UnaryOperator<ServiceState> change) {
    services.replaceAll((service, state) -> change.apply(state));
    extent = Extent.NONE;
    services.values().forEach(state -> extent = extent.plus(extentOf(state)));
  }

  /** All services that have endpoints. */
  Extent extent() {
    return extent;
  }

  private static Extent extentOf(@Nullable ServiceState state) {
    return Extent.ofService(
        state == null ? 0 : state.entry().map(CompactEntry::endpoints).orElse(0));
  }
}
