package io.fairlead.aggregation;

import io.fairlead.conversion.rules.PartId;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The aliases of one registry by the services that they are of, and those whose service has another
 * host by now: an alias says which host it is another name of, and who has which host is settled
 * after the conversion. Confined to the commit thread.
 */
final class Aliases {
  private final Map<ServiceId, Set<ServiceId>> byService = new HashMap<>();
  private final Set<ServiceId> changed = new LinkedHashSet<>();

  /** Takes a service that is there; only aliases count. */
  void add(ServiceId service) {
    if (PartId.isAlias(service)) {
      byService.computeIfAbsent(PartId.partOf(service), of -> new HashSet<>()).add(service);
    }
  }

  /** Takes out a service that is not there any more. */
  void remove(ServiceId service) {
    if (PartId.isAlias(service)) {
      byService.computeIfPresent(
          PartId.partOf(service),
          (of, aliases) -> {
            aliases.remove(service);
            return aliases.isEmpty() ? null : aliases;
          });
    }
  }

  /** Records that a service got or lost a host. */
  void holdingChanged(ServiceId service) {
    changed.addAll(byService.getOrDefault(service, Set.of()));
  }

  /** Returns the aliases whose service may have another host since this was asked last. */
  List<ServiceId> takeChanged() {
    if (changed.isEmpty()) {
      return List.of();
    }
    List<ServiceId> taken = new ArrayList<>(changed);
    changed.clear();
    return taken;
  }
}
