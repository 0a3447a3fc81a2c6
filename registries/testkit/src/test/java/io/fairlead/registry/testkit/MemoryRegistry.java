package io.fairlead.registry.testkit;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A registry within the JVM that can be cut off. Guarded by itself. */
final class MemoryRegistry {
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private boolean cutOff;

  synchronized void put(Service service) {
    services.put(service.id(), service);
  }

  synchronized void remove(ServiceId id) {
    services.remove(id);
  }

  synchronized void cutOff(boolean cutOff) {
    this.cutOff = cutOff;
  }

  synchronized List<Service> read() throws IOException {
    if (cutOff) {
      throw new IOException("memory: cut off");
    }
    return List.copyOf(services.values());
  }
}
