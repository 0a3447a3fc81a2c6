package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.Port;
import io.fairlead.istio.networking.v1alpha3.Server;
import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings;
import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings.TLSmode;
import java.util.HashSet;
import java.util.Set;

/** The rules of a Gateway. */
final class GatewayRules implements KindRules<Gateway> {
  @Override
  public void check(Gateway spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (!Hosts.isLabel(metadata.name())) {
      document
          .at("metadata")
          .at("name")
          .refuse(metadata.name(), "a name without dots, at most 63 characters");
    }
    if (spec.getServersCount() == 0) {
      at.refuse("no servers", "at least one");
    }
    Set<String> names = new HashSet<>();
    at.each(
        "servers",
        spec.getServersList(),
        (server, here) -> {
          checkServer(server, here);
          if (server.hasPort() && !names.add(server.getPort().getName())) {
            here.at("port").at("name").refuse(server.getPort().getName(), "each name once");
          }
        });
  }

  private static void checkServer(Server server, Spot at) {
    if (server.getHostsCount() == 0) {
      at.refuse("no hosts", "at least one");
    }
    at.each("hosts", server.getHostsList(), NamespacedHosts::checkOfGateway);
    if (!server.hasPort()) {
      at.refuse("no port", "a port with number, name and protocol");
    } else {
      checkPort(server.getPort(), server.getBind(), at.at("port"));
    }
    if (!server.getBind().isEmpty()) {
      Hosts.unixPath(server.getBind())
          .ifPresentOrElse(
              path -> Hosts.checkUnixPath(path, at.at("bind")),
              () -> Hosts.checkIp(server.getBind(), at.at("bind")));
    }
    if (server.hasTls()) {
      ServerTlsRules.check(server.getTls(), at.at("tls"));
    }
    if (server.hasPort()) {
      checkTlsOfProtocol(server, at);
    }
  }

  private static void checkPort(Port port, String bind, Spot at) {
    Ports.checkProtocol(port.getProtocol(), at.at("protocol"));
    boolean isSocket = bind.startsWith(Hosts.UNIX);
    if (isSocket && port.getNumber() != 0) {
      at.at("number").refuse(Integer.toUnsignedString(port.getNumber()), "0 for a socket");
    } else if (!isSocket) {
      Ports.check(port.getNumber(), at.at("number"));
    }
    if (port.getTargetPort() != 0) {
      at.at("targetPort").refuse("targetPort", "none: it has no meaning for gateways");
    }
    if (port.getName().isEmpty()) {
      at.refuse("no name", "the name of the port");
    }
  }

  private static void checkTlsOfProtocol(Server server, Spot at) {
    String protocol = server.getPort().getProtocol();
    if (Ports.isTls(protocol)) {
      if (!server.hasTls()) {
        at.refuse("no tls", "tls, as the protocol is " + protocol);
      }
    } else if (server.hasTls()) {
      ServerTLSSettings tls = server.getTls();
      boolean hasCertificates =
          !tls.getCaCertificates().isEmpty()
              || !tls.getPrivateKey().isEmpty()
              || !tls.getServerCertificate().isEmpty();
      boolean passesThrough =
          tls.getMode() == TLSmode.PASSTHROUGH || tls.getMode() == TLSmode.AUTO_PASSTHROUGH;
      if (!Ports.isHttp(protocol) || !passesThrough || hasCertificates) {
        at.at("tls").refuse("tls on a port of " + protocol, "none, but for httpsRedirect on HTTP");
      }
      if (tls.getHttpsRedirect() && !Ports.isHttp(protocol)) {
        at.at("tls").at("httpsRedirect").warn("true", "a port of HTTP");
      }
    }
  }
}
