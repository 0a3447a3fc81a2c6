package io.fairlead.server.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Checks of a bound configuration that concern more than one value. */
final class SemanticChecks {
  private SemanticChecks() {}

  /** Reports what is allowed and seldom meant. */
  static void warn(GatewayConfig config, Problems warnings) {
    if (config.admin().token() == null && !config.admin().address().isLoopback()) {
      warnings.atValue(
          "admin.token",
          "none, so that nobody can hold, release, approve or reject (expected: {env: NAME} or"
              + " {file: PATH}, since admin.address is not loopback)");
    }
  }

  private static void checkReplicas(
      GatewayConfig.Admin admin, ReplicasConfig replicas, Problems problems) {
    boolean elsewhere =
        replicas.dns() != null
            || replicas.addresses().stream()
                .anyMatch(address -> !new HostPort(address.getHost(), 0).isLoopback());
    if (admin.address().isLoopback() && elsewhere) {
      problems.atValue(
          "admin.address",
          admin.address() + " (expected: an address that the other replicas reach, see replicas)");
    } else if (!admin.address().isLoopback() && admin.token() == null) {
      problems.atValue(
          "admin.token", "missing (expected: a token, the same at every replica, see replicas)");
    }
  }

  /** Reports what does not go together. */
  static void check(GatewayConfig config, Problems problems) {
    HostPort xds = config.xds().address();
    HostPort admin = config.admin().address();
    if (admin.port() != 0 && admin.port() == xds.port()) {
      problems.atValue("admin.address", admin + " (expected: another port than xds.address)");
    }
    if (config.replicas() != null) {
      checkReplicas(config.admin(), config.replicas(), problems);
    }
    HostPort incremental = config.xds().incremental();
    if (incremental != null
        && incremental.port() != 0
        && List.of(xds.port(), admin.port()).contains(incremental.port())) {
      problems.atValue(
          "xds.incremental",
          incremental + " (expected: another port than xds.address and admin.address)");
    }
    GatewayConfig.Shards shards = config.xds().shards();
    if (shards != null) {
      List<Integer> ports = shards.ports();
      Map<String, HostPort> others = new TreeMap<>(Map.of("xds.address", xds));
      others.put("admin.address", admin);
      if (incremental != null) {
        others.put("xds.incremental", incremental);
      }
      for (Map.Entry<String, HostPort> other : others.entrySet()) {
        if (ports.contains(other.getValue().port())) {
          problems.atValue(
              "xds.shards.firstPort",
              shards.firstPort()
                  + " (expected: "
                  + shards.count()
                  + " ports from there on without that of "
                  + other.getKey()
                  + ", "
                  + other.getValue().port()
                  + ")");
        }
      }
    }
  }
}
