package io.fairlead.registry.scripted;

import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A sink that remembers which services it was told of. Called by the adapter's thread; {@link
 * #reported} is for any.
 */
final class RememberingSink extends ForwardingSink {
  private volatile Map<ServiceId, PackedService> services = new ConcurrentHashMap<>();

  RememberingSink(RegistrySink sink) {
    super(sink);
  }

  Optional<Service> reported(ServiceId id) {
    return Optional.ofNullable(services.get(id)).map(PackedService::unpack);
  }

  @Override
  public void resync(ReadOutcome outcome) {
    super.resync(outcome);
    if (outcome instanceof ReadOutcome.Fresh fresh) {
      Map<ServiceId, PackedService> all = new HashMap<>();
      fresh.services().forEach(service -> all.put(service.id(), PackedService.of(service)));
      services = new ConcurrentHashMap<>(all);
    }
  }

  @Override
  public void changed(Service service) {
    super.changed(service);
    services.put(service.id(), PackedService.of(service));
  }

  @Override
  public void removed(ServiceId id) {
    super.removed(id);
    services.remove(id);
  }
}
