package io.fairlead.harness;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;

/**
 * A cluster as a proxy gets it from istiod (CDS).
 *
 * @param name such as {@code outbound|8080||web.service.consul}
 * @param discovery how its endpoints are found: {@code EDS}, {@code STRICT_DNS}, {@code STATIC} ...
 * @param cluster the whole resource
 */
public record ProxyCluster(String name, Cluster.DiscoveryType discovery, Cluster cluster) {

  static ProxyCluster of(Cluster cluster) {
    return new ProxyCluster(cluster.getName(), cluster.getType(), cluster);
  }

  /**
   * Returns the name under which its endpoints are asked for; its own name if it gives no other.
   */
  String endpointsName() {
    String service = cluster.getEdsClusterConfig().getServiceName();
    return service.isEmpty() ? name : service;
  }
}
