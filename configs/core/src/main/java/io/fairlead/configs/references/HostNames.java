package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import java.util.Locale;

/** Hosts as istiods complete them. */
final class HostNames {
  private static final String OF_KUBERNETES = ".svc.";

  private HostNames() {}

  /**
   * Returns the full name of a host. A short one gets the namespace of the resource that has it,
   * and nothing else: what comes from a configuration source has no cluster domain.
   */
  static String complete(String host, String namespace) {
    String small = host.toLowerCase(Locale.ROOT);
    return isShort(small) ? small + "." + namespace : small;
  }

  static boolean isShort(String host) {
    return !host.isEmpty() && host.indexOf('.') < 0 && !host.equals("*") && !Hosts.isIp(host);
  }

  static boolean isWildcard(String host) {
    return host.startsWith("*");
  }

  /** Whether only a Kubernetes cluster can know the host: {@code a.b.svc.cluster.local}. */
  static boolean isOfKubernetes(String host) {
    return host.endsWith(".svc") || host.contains(OF_KUBERNETES);
  }
}
