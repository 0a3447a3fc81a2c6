package io.fairlead.server.config;

import io.fairlead.server.xds.ClientRule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    List<HostPort> listeners =
        Stream.concat(admin.plaintext().stream(), admin.secure().stream()).toList();
    if (elsewhere && listeners.stream().allMatch(SemanticChecks::isOfThisMachineAlone)) {
      problems.atValue(
          "admin.address",
          admin.address() + " (expected: an address that the other replicas reach, see replicas)");
    } else if (!listeners.stream().allMatch(HostPort::isLoopback) && admin.token() == null) {
      problems.atValue(
          "admin.token", "missing (expected: a token, the same at every replica, see replicas)");
    }
  }

  // Several can be tried on one machine by other addresses of its loopback, such as 127.0.0.2.
  private static boolean isOfThisMachineAlone(HostPort address) {
    return address.isLoopback()
        && (!address.host().startsWith("127.") || address.host().equals("127.0.0.1"));
  }

  /** Reports what does not go together. */
  static void check(GatewayConfig config, Problems problems) {
    checkPorts(config, problems);
    checkRules(config.xds(), problems);
    if (config.replicas() != null) {
      checkReplicas(config.admin(), config.replicas(), problems);
    }
  }

  private static void checkPorts(GatewayConfig config, Problems problems) {
    GatewayConfig.Xds xds = config.xds();
    Map<String, HostPort> listeners = new LinkedHashMap<>();
    add(listeners, "xds.address", xds.address());
    add(listeners, "xds.tls.address", xds.tls() == null ? null : xds.tls().address());
    ListenerTls adminTls = config.admin().tls();
    add(listeners, "admin.address", config.admin().address());
    add(listeners, "admin.tls.address", adminTls == null ? null : adminTls.address());
    add(listeners, "xds.incremental", xds.incremental());
    Map<Integer, String> taken = new HashMap<>();
    listeners.forEach(
        (key, listener) -> {
          String other = listener.port() == 0 ? null : taken.putIfAbsent(listener.port(), key);
          if (other != null) {
            problems.atValue(key, listener + " (expected: another port than " + other + ")");
          }
        });
    GatewayConfig.Shards shards = xds.shards();
    if (shards != null) {
      List<Integer> ports = shards.ports();
      new TreeMap<>(listeners)
          .forEach(
              (key, listener) -> {
                if (ports.contains(listener.port())) {
                  problems.atValue(
                      "xds.shards.firstPort",
                      shards.firstPort()
                          + " (expected: "
                          + shards.count()
                          + " ports from there on without that of "
                          + key
                          + ", "
                          + listener.port()
                          + ")");
                }
              });
    }
  }

  private static void add(
      Map<String, HostPort> listeners, String key, @Nullable HostPort listener) {
    if (listener != null) {
      listeners.put(key, listener);
    }
  }

  // A rule that nobody can ever meet is a mistake that shows only as a refused istiod.
  private static void checkRules(GatewayConfig.Xds xds, Problems problems) {
    List<ClientRule> rules = xds.authorize();
    boolean certified = xds.tls() != null && xds.tls().clientCa() != null;
    for (int i = 0; rules != null && i < rules.size(); i++) {
      if (rules.get(i).sans() != null && !certified) {
        problems.atValue(
            KeyPath.key(KeyPath.item("xds.authorize", i), "sans"),
            rules.get(i).sans()
                + " (expected: xds.tls with a clientCa, as no client shows a certificate without)");
      }
    }
  }
}
