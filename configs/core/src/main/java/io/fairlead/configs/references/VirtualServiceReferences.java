package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import io.fairlead.istio.networking.v1alpha3.Delegate;
import io.fairlead.istio.networking.v1alpha3.Destination;
import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.HTTPRoute;
import io.fairlead.istio.networking.v1alpha3.RouteDestination;
import io.fairlead.istio.networking.v1alpha3.Server;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import java.util.List;
import java.util.Optional;

/** The references of one VirtualService: hosts, subsets, ports, gateways and delegates. */
final class VirtualServiceReferences {
  static final String MESH = "mesh";

  private final Referrer resource;
  private final VirtualService spec;
  private final Scene scene;
  private final Unseen unseen;
  private final List<Finding> findings;

  VirtualServiceReferences(Referrer resource, Scene scene, Unseen unseen, List<Finding> findings) {
    this.resource = resource;
    this.spec = (VirtualService) resource.spec();
    this.scene = scene;
    this.unseen = unseen;
    this.findings = findings;
  }

  static boolean isDelegate(Referrer resource) {
    return resource.spec() instanceof VirtualService spec && spec.getHostsCount() == 0;
  }

  /** Whether sidecars take it. */
  static boolean isOfMesh(VirtualService spec) {
    return spec.getHostsCount() > 0
        && (spec.getGatewaysCount() == 0 || spec.getGatewaysList().contains(MESH));
  }

  /** Returns {@code NAMESPACE/NAME} of a gateway as istiods read it. */
  static String gatewayName(String gateway, String namespace) {
    int slash = gateway.indexOf('/');
    if (slash >= 0) {
      return gateway.startsWith("./") ? namespace + gateway.substring(1) : gateway;
    }
    String[] labels = gateway.split("\\.", 3);
    return labels.length > 1 ? labels[1] + "/" + labels[0] : namespace + "/" + gateway;
  }

  void check() {
    if (isOfMesh(spec)) {
      for (int i = 0; i < spec.getHostsCount(); i++) {
        checkHost(spec.getHosts(i), i);
      }
    }
    for (int i = 0; i < spec.getGatewaysCount(); i++) {
      checkGateway(spec.getGateways(i), i);
    }
    for (int i = 0; i < spec.getHttpCount(); i++) {
      checkHttp(spec.getHttp(i), i);
    }
    for (int i = 0; i < spec.getTlsCount(); i++) {
      checkRoutes("tls", i, spec.getTls(i).getRouteList());
    }
    for (int i = 0; i < spec.getTcpCount(); i++) {
      checkRoutes("tcp", i, spec.getTcp(i).getRouteList());
    }
  }

  private void warn(FieldPath at, String found, String expected) {
    findings.add(new Finding(at, found, expected));
  }

  // Of what is not here, though Kubernetes may have it.
  private void warnOfUnseen(FieldPath at, String found, String expected) {
    if (unseen == Unseen.WARN) {
      warn(at, found, expected);
    }
  }

  private void checkHost(String host, int index) {
    String full = HostNames.complete(host, resource.namespace());
    if (!full.equals("*") && !scene.mayExist(full)) {
      warnOfUnseen(
          FieldPath.SPEC.at("hosts").at(index),
          nobodyServes(host, full),
          "the host of a service, here or in Kubernetes: else only HTTP on port 80 comes here");
    }
  }

  private void checkGateway(String gateway, int index) {
    if (gateway.equals(MESH)) {
      return;
    }
    String name = gatewayName(gateway, resource.namespace());
    FieldPath at = FieldPath.SPEC.at("gateways").at(index);
    Optional<Gateway> found = scene.gateway(name);
    if (found.isEmpty()) {
      warnOfUnseen(
          at, name + ", a Gateway that no config source has", "one, here or in Kubernetes");
      return;
    }
    if (spec.getHostsCount() > 0
        && spec.getHostsList().stream().noneMatch(host -> isTaken(host, found.get()))) {
      warn(
          at,
          "Gateway " + name + ", which has none of the hosts",
          "a Gateway with a server for one of " + String.join(", ", spec.getHostsList()));
    }
  }

  private boolean isTaken(String host, Gateway gateway) {
    String full = HostNames.complete(host, resource.namespace());
    for (Server server : gateway.getServersList()) {
      for (String taken : server.getHostsList()) {
        if (Hosts.overlap(full, taken.substring(taken.indexOf('/') + 1))) {
          return true;
        }
      }
    }
    return false;
  }

  private void checkHttp(HTTPRoute route, int index) {
    FieldPath at = FieldPath.SPEC.at("http").at(index);
    for (int i = 0; i < route.getRouteCount(); i++) {
      checkDestination(route.getRoute(i).getDestination(), at.at("route").at(i).at("destination"));
    }
    if (route.hasMirror()) {
      checkDestination(route.getMirror(), at.at("mirror"));
    }
    for (int i = 0; i < route.getMirrorsCount(); i++) {
      checkDestination(
          route.getMirrors(i).getDestination(), at.at("mirrors").at(i).at("destination"));
    }
    if (route.hasDelegate()) {
      checkDelegate(route.getDelegate(), at.at("delegate"));
    }
  }

  private void checkDelegate(Delegate delegate, FieldPath at) {
    String name = Mentions.delegateName(delegate, resource.namespace());
    if (!scene.hasDelegate(name)) {
      warnOfUnseen(
          at,
          name + ", a VirtualService without hosts that no config source has",
          "one, here or in Kubernetes: else this route is ignored");
    }
  }

  private void checkRoutes(String field, int index, List<RouteDestination> routes) {
    for (int i = 0; i < routes.size(); i++) {
      checkDestination(
          routes.get(i).getDestination(),
          FieldPath.SPEC.at(field).at(index).at("route").at(i).at("destination"));
    }
  }

  private void checkDestination(Destination destination, FieldPath at) {
    String full = HostNames.complete(destination.getHost(), resource.namespace());
    if (!scene.mayExist(full)) {
      warnOfUnseen(
          at.at("host"),
          nobodyServes(destination.getHost(), full),
          "the host of a service, here or in Kubernetes: else requests get 503");
      return;
    }
    scene.service(full).ifPresent(service -> checkService(service, destination, full, at));
    if (!destination.getSubset().isEmpty() && !scene.hasSubset(full, destination.getSubset())) {
      checkMissingSubset(destination.getSubset(), full, at.at("subset"));
    }
  }

  private void checkMissingSubset(String subset, String host, FieldPath at) {
    String found = subset + ", which no DestinationRule of " + host + " here has";
    if (scene.hasRule(host)) {
      warn(at, found, "one of its subsets: requests get 503");
    } else {
      warnOfUnseen(at, found, "one of its subsets, here or in Kubernetes: else requests get 503");
    }
  }

  private void checkService(
      ServedService service, Destination destination, String host, FieldPath at) {
    int port = destination.getPort().getNumber();
    if (port != 0 && !service.ports().isEmpty() && !service.ports().contains(port)) {
      warn(
          at.at("port").at("number"),
          port + ", which is no port of " + host,
          "one of " + service.ports().stream().sorted().map(Object::toString).toList());
    }
    if (isOfMesh(spec)
        && !service.exportTo().isEmpty()
        && !service.exportTo().contains(resource.namespace())) {
      warn(
          at.at("host"),
          host + ", which is exported to " + service.exportTo().stream().sorted().toList(),
          "a service that namespace " + resource.namespace() + " may see");
    }
  }

  /** Returns what is wrong with a host that nobody here serves. */
  static String nobodyServes(String host, String full) {
    String nobody = ", a host that no registry and no config source has";
    return HostNames.isShort(host)
        ? host + ", which istiods take for " + full + nobody
        : host + nobody;
  }
}
