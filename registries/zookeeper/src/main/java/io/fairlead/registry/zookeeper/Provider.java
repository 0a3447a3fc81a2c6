package io.fairlead.registry.zookeeper;

import java.util.Map;

/**
 * A provider of one Dubbo interface on one port. Immutable.
 *
 * @param version the version of the interface; empty if it has none
 * @param group the group of the interface; empty if it has none
 * @param protocol the protocol as Dubbo names it, in lower case
 * @param address an IP address or a host name, as given
 * @param port the port, as given
 * @param parameters what else it says
 */
record Provider(
    String version,
    String group,
    String protocol,
    String address,
    int port,
    Map<String, String> parameters) {

  /** Dubbo's word for a version that nobody has chosen. */
  private static final String NO_VERSION = "0.0.0";

  Provider {
    version = normal(version);
    parameters = Map.copyOf(parameters);
  }

  private static String normal(String version) {
    return version.equals(NO_VERSION) ? "" : version;
  }

  /** Whether it is of this version and group of the interface. */
  boolean isOf(String otherVersion, String otherGroup) {
    return version.equals(normal(otherVersion)) && group.equals(otherGroup);
  }

  /** Returns the same provider that says something else. */
  Provider with(Map<String, String> others) {
    return new Provider(version, group, protocol, address, port, others);
  }

  /** Returns a parameter; empty if there is none. */
  String parameter(String key) {
    return parameters.getOrDefault(key, "");
  }
}
