package io.fairlead.server;

import io.fairlead.server.config.GatewayConfig;
import java.util.ArrayList;
import java.util.List;

/** Which keys of a configuration only take effect at a start. */
final class RestartKeys {
  private RestartKeys() {}

  /** Those that differ between what runs and what the file says now. */
  static List<String> changed(GatewayConfig running, GatewayConfig next) {
    List<String> keys = new ArrayList<>();
    add(keys, "xds", running.xds(), next.xds());
    add(keys, "admin", running.admin(), next.admin());
    add(keys, "store", running.store(), next.store());
    add(keys, "batching", running.batching(), next.batching());
    add(keys, "readiness", running.readiness(), next.readiness());
    add(keys, "guard", running.guard(), next.guard());
    add(keys, "damping", running.damping(), next.damping());
    add(keys, "virtualIps", running.virtualIps(), next.virtualIps());
    return keys;
  }

  private static void add(List<String> keys, String key, Object before, Object after) {
    if (!before.equals(after)) {
      keys.add(key);
    }
  }
}
