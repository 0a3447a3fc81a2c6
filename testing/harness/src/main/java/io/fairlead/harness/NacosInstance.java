package io.fairlead.harness;

import java.util.Map;

/**
 * One instance to register with a Nacos server: a value with everything defaulted but its service,
 * address and port. Persistent instances outlive their registrant and a restart of the server;
 * ephemeral ones do not.
 *
 * @param namespace the Nacos namespace's id
 * @param group the group of the service
 * @param service the service's name
 * @param ip an IP address or a host name
 * @param port the port, 0 to 65535
 * @param weight 0 to 10000
 * @param enabled whether its owner lets it take traffic
 * @param healthy its health at registration
 * @param ephemeral whether it is ephemeral
 * @param cluster the Nacos cluster it belongs to
 * @param metadata its keys and values
 */
public record NacosInstance(
    String namespace,
    String group,
    String service,
    String ip,
    int port,
    double weight,
    boolean enabled,
    boolean healthy,
    boolean ephemeral,
    String cluster,
    Map<String, String> metadata) {

  public NacosInstance {
    metadata = Map.copyOf(metadata);
  }

  /**
   * Returns a healthy, persistent instance of weight 1 in {@code public} and {@code DEFAULT_GROUP}.
   */
  public static NacosInstance of(String service, String ip, int port) {
    return new NacosInstance(
        "public", "DEFAULT_GROUP", service, ip, port, 1, true, true, false, "DEFAULT", Map.of());
  }

  /** Returns the same in another namespace and group. */
  public NacosInstance in(String otherNamespace, String otherGroup) {
    return new NacosInstance(
        otherNamespace,
        otherGroup,
        service,
        ip,
        port,
        weight,
        enabled,
        healthy,
        ephemeral,
        cluster,
        metadata);
  }

  /** Returns the same in another Nacos cluster. */
  public NacosInstance inCluster(String other) {
    return new NacosInstance(
        namespace, group, service, ip, port, weight, enabled, healthy, ephemeral, other, metadata);
  }

  /** Returns the same with another weight. */
  public NacosInstance withWeight(double other) {
    return new NacosInstance(
        namespace, group, service, ip, port, other, enabled, healthy, ephemeral, cluster, metadata);
  }

  /** Returns the same, enabled or not. */
  public NacosInstance withEnabled(boolean other) {
    return new NacosInstance(
        namespace, group, service, ip, port, weight, other, healthy, ephemeral, cluster, metadata);
  }

  /** Returns the same, healthy or not. */
  public NacosInstance withHealthy(boolean other) {
    return new NacosInstance(
        namespace, group, service, ip, port, weight, enabled, other, ephemeral, cluster, metadata);
  }

  /** Returns the same with other metadata. */
  public NacosInstance withMetadata(Map<String, String> other) {
    return new NacosInstance(
        namespace, group, service, ip, port, weight, enabled, healthy, ephemeral, cluster, other);
  }

  /** Returns the same, ephemeral: without a heartbeat it stays only while health checks are off. */
  public NacosInstance asEphemeral() {
    return new NacosInstance(
        namespace, group, service, ip, port, weight, enabled, healthy, true, cluster, metadata);
  }
}
