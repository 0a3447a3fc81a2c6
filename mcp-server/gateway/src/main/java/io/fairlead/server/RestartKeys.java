package io.fairlead.server;

import io.fairlead.server.config.GatewayConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which keys of a configuration only take effect at a start. */
final class RestartKeys {
  private RestartKeys() {}

  /** Those that differ between what runs and what the file says now. */
  static List<String> changed(GatewayConfig running, GatewayConfig next) {
    List<String> keys = new ArrayList<>();
    xds(keys, running.xds(), next.xds());
    add(keys, "admin", running.admin(), next.admin());
    add(keys, "store", running.store(), next.store());
    add(keys, "batching", running.batching(), next.batching());
    add(keys, "readiness", running.readiness(), next.readiness());
    add(keys, "guard", running.guard(), next.guard());
    add(keys, "damping", running.damping(), next.damping());
    add(keys, "virtualIps", running.virtualIps(), next.virtualIps());
    return keys;
  }

  // Key by key, so that the log says what an operator has to look at.
  private static void xds(List<String> keys, GatewayConfig.Xds running, GatewayConfig.Xds next) {
    add(keys, "xds.address", running.address(), next.address());
    add(keys, "xds.shards", running.shards(), next.shards());
    add(keys, "xds.maxConnectionAge", running.maxConnectionAge(), next.maxConnectionAge());
    add(keys, "xds.incremental", running.incremental(), next.incremental());
    add(keys, "xds.limits", running.limits(), next.limits());
  }

  private static void add(
      List<String> keys, String key, @Nullable Object before, @Nullable Object after) {
    if (!Objects.equals(before, after)) {
      keys.add(key);
    }
  }
}
