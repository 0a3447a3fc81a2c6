package io.fairlead.aggregation.damping;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.ResourceKey;
import java.util.HashSet;
import java.util.Set;

/**
 * A resource of a host, or one of its sockets (an address in its network with a port): the unit
 * whose comings and goings are counted. The port is the one that requests reach, not the one that
 * is written: an endpoint without a port of its own has the entry's, so that with another port of
 * the entry the same endpoint can be another socket, and the other way round.
 *
 * @param resource the resource
 * @param address address of the socket; empty for the resource itself
 * @param network network of the socket
 * @param port port of the socket; 0 for the resource itself
 */
public record FlapUnit(ResourceKey resource, String address, String network, int port) {
  /** Returns the unit of the resource itself. */
  public static FlapUnit of(ResourceKey resource) {
    return new FlapUnit(resource, "", "", 0);
  }

  /** Returns the sockets of an endpoint, one for each port of its entry. */
  public static Set<FlapUnit> sockets(
      ResourceKey resource, ServiceEntry entry, WorkloadEntry endpoint) {
    Set<FlapUnit> sockets = new HashSet<>();
    for (ServicePort port : entry.getPortsList()) {
      int ofEntry = port.getTargetPort() == 0 ? port.getNumber() : port.getTargetPort();
      sockets.add(
          new FlapUnit(
              resource,
              endpoint.getAddress(),
              endpoint.getNetwork(),
              endpoint.getPortsOrDefault(port.getName(), ofEntry)));
    }
    return sockets;
  }
}
