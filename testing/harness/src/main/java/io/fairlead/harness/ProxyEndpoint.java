package io.fairlead.harness;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An endpoint of a cluster as a proxy gets it from istiod (EDS).
 *
 * @param address its IP
 * @param port its port
 * @param weight its weight among the endpoints of its locality
 * @param locality {@code region/zone/subzone} without empty ends, empty for none
 * @param localityWeight the weight of its locality
 * @param priority the priority of its locality, 0 first
 * @param health what istiod says of its health
 */
public record ProxyEndpoint(
    String address,
    int port,
    int weight,
    String locality,
    int localityWeight,
    int priority,
    HealthStatus health) {

  static List<ProxyEndpoint> of(ClusterLoadAssignment assignment) {
    List<ProxyEndpoint> endpoints = new ArrayList<>();
    for (LocalityLbEndpoints group : assignment.getEndpointsList()) {
      for (LbEndpoint endpoint : group.getLbEndpointsList()) {
        SocketAddress socket = endpoint.getEndpoint().getAddress().getSocketAddress();
        endpoints.add(
            new ProxyEndpoint(
                socket.getAddress(),
                socket.getPortValue(),
                endpoint.getLoadBalancingWeight().getValue(),
                text(group.getLocality()),
                group.getLoadBalancingWeight().getValue(),
                group.getPriority(),
                endpoint.getHealthStatus()));
      }
    }
    return Collections.unmodifiableList(endpoints);
  }

  private static String text(Locality locality) {
    return Stream.of(locality.getRegion(), locality.getZone(), locality.getSubZone())
        .takeWhile(part -> !part.isEmpty())
        .collect(Collectors.joining("/"));
  }
}
