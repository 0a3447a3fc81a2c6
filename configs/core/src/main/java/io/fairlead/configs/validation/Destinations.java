package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.Destination;

/** The rules of a destination of traffic. */
final class Destinations {
  private Destinations() {}

  static void check(Destination destination, Spot at) {
    String host = destination.getHost();
    if (host.equals("*") || !Hosts.isWildcardName(host)) {
      at.at("host").refuse(host.isEmpty() ? "no host" : host, "the DNS name of a service");
    }
    if (!destination.getSubset().isEmpty() && !Hosts.isLabel(destination.getSubset())) {
      at.at("subset").refuse(destination.getSubset(), Hosts.LABEL_FORM);
    }
    if (destination.hasPort()) {
      Ports.check(destination.getPort().getNumber(), at.at("port").at("number"));
    }
  }
}
