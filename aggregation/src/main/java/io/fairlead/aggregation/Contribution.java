package io.fairlead.aggregation;

import io.fairlead.aggregation.collect.KeyedTable;
import io.fairlead.guard.ServiceCount;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The contribution of one registry by service, with its size kept as it changes. Confined to the
 * commit thread.
 */
final class Contribution {
  private final KeyedTable<ServiceId, ServiceState> services =
      new KeyedTable<>(ServiceState::service);
  private ServiceCount extent = ServiceCount.NONE;

  @Nullable ServiceState get(ServiceId service) {
    return services.get(service);
  }

  /** Number of endpoints that are served for a service. */
  int endpoints(ServiceId service) {
    ServiceState state = services.get(service);
    return state == null ? 0 : state.endpoints();
  }

  boolean contains(ServiceId service) {
    return services.contains(service);
  }

  /** The services, in no order; a copy. */
  List<ServiceId> services() {
    List<ServiceId> all = new ArrayList<>(services.size());
    services.forEach(state -> all.add(state.service()));
    return all;
  }

  void put(ServiceState state) {
    ServiceState before = services.put(state);
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
    services.values().forEach(state -> put(change.apply(state)));
  }

  /** All services that have endpoints. */
  ServiceCount extent() {
    return extent;
  }

  private static ServiceCount extentOf(@Nullable ServiceState state) {
    return ServiceCount.ofService(state == null ? 0 : state.endpoints());
  }
}
