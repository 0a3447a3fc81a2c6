package io.fairlead.aggregation;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.versioning.ResourceKey;
import java.util.HashSet;
import java.util.Set;

/**
 * Something of a host that can go and come back: a resource, or a socket of one, that is an address
 * in its network with a port. The port is the one that requests reach, not the one that is written:
 * an endpoint without a port of its own has the entry's, so that with another port of the entry the
 * same endpoint can be another socket, and the other way round.
 *
 * @param resource the resource
 * @param address address of the socket; empty for the resource itself
 * @param network network of the socket
 * @param port port of the socket; 0 for the resource itself
 */
record Part(ResourceKey resource, String address, String network, int port) {
  /** The resource itself. */
  static Part of(ResourceKey resource) {
    return new Part(resource, "", "", 0);
  }

  /** The sockets of an endpoint, one for each port of its entry. */
  static Set<Part> sockets(ResourceKey resource, ServiceEntry entry, WorkloadEntry endpoint) {
    Set<Part> sockets = new HashSet<>();
    for (ServicePort port : entry.getPortsList()) {
      int ofEntry = port.getTargetPort() == 0 ? port.getNumber() : port.getTargetPort();
      sockets.add(
          new Part(
              resource,
              endpoint.getAddress(),
              endpoint.getNetwork(),
              endpoint.getPortsOrDefault(port.getName(), ofEntry)));
    }
    return sockets;
  }
}
