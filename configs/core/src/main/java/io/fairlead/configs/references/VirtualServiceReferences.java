package io.fairlead.configs.references;

import io.fairlead.configs.validation.Hosts;
import io.fairlead.configs.validation.Spot;
import io.fairlead.istio.networking.v1alpha3.Delegate;
import io.fairlead.istio.networking.v1alpha3.Destination;
import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.HTTPRoute;
import io.fairlead.istio.networking.v1alpha3.RouteDestination;
import io.fairlead.istio.networking.v1alpha3.Server;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The references of one VirtualService: hosts, subsets, ports, gateways and delegates. */
final class VirtualServiceReferences {
  static final String MESH = "mesh";

  private final Referrer resource;
  private final VirtualService spec;
  private final Scene scene;
  private final List<Consumer<Spot>> findings;

  VirtualServiceReferences(Referrer resource, Scene scene, List<Consumer<Spot>> findings) {
    this.resource = resource;
    this.spec = (VirtualService) resource.spec();
    this.scene = scene;
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

  private void checkHost(String host, int index) {
    String full = HostNames.complete(host, resource.namespace());
    if (!full.equals("*") && !scene.mayExist(full)) {
      findings.add(
          at ->
              at.at("hosts")
                  .at(index)
                  .warn(
                      nobodyServes(host, full),
                      "the host of a service: else only HTTP on port 80 comes here"));
    }
  }

  private void checkGateway(String gateway, int index) {
    if (gateway.equals(MESH)) {
      return;
    }
    String name = gatewayName(gateway, resource.namespace());
    Optional<Gateway> found = scene.gateway(name);
    if (found.isEmpty()) {
      if (!scene.passesOver()) {
        findings.add(
            at ->
                at.at("gateways")
                    .at(index)
                    .warn("no Gateway " + name, "one, from a source or in Kubernetes"));
      }
      return;
    }
    if (spec.getHostsCount() > 0
        && spec.getHostsList().stream().noneMatch(host -> isTaken(host, found.get()))) {
      findings.add(
          at ->
              at.at("gateways")
                  .at(index)
                  .warn(
                      "Gateway " + name + ", which has none of the hosts",
                      "a Gateway with a server for one of "
                          + String.join(", ", spec.getHostsList())));
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
    UnaryOperator<Spot> routeAt = at -> at.at("http").at(index);
    for (int i = 0; i < route.getRouteCount(); i++) {
      int number = i;
      checkDestination(
          route.getRoute(i).getDestination(),
          at -> routeAt.apply(at).at("route").at(number).at("destination"));
    }
    if (route.hasMirror()) {
      checkDestination(route.getMirror(), at -> routeAt.apply(at).at("mirror"));
    }
    for (int i = 0; i < route.getMirrorsCount(); i++) {
      int number = i;
      checkDestination(
          route.getMirrors(i).getDestination(),
          at -> routeAt.apply(at).at("mirrors").at(number).at("destination"));
    }
    if (route.hasDelegate() && !scene.passesOver()) {
      checkDelegate(route.getDelegate(), routeAt);
    }
  }

  private void checkDelegate(Delegate delegate, UnaryOperator<Spot> routeAt) {
    String namespace =
        delegate.getNamespace().isEmpty() ? resource.namespace() : delegate.getNamespace();
    String name = namespace + "/" + delegate.getName();
    if (!scene.hasDelegate(name)) {
      findings.add(
          at ->
              routeAt
                  .apply(at)
                  .at("delegate")
                  .warn(
                      "no VirtualService " + name + " without hosts",
                      "one: this route is ignored"));
    }
  }

  private void checkRoutes(String field, int index, List<RouteDestination> routes) {
    for (int i = 0; i < routes.size(); i++) {
      int number = i;
      checkDestination(
          routes.get(i).getDestination(),
          at -> at.at(field).at(index).at("route").at(number).at("destination"));
    }
  }

  private void checkDestination(Destination destination, UnaryOperator<Spot> where) {
    String full = HostNames.complete(destination.getHost(), resource.namespace());
    if (!scene.mayExist(full)) {
      findings.add(
          at ->
              where
                  .apply(at)
                  .at("host")
                  .warn(
                      nobodyServes(destination.getHost(), full),
                      "the host of a service: requests get 503"));
      return;
    }
    scene.service(full).ifPresent(service -> checkService(service, destination, full, where));
    if (!destination.getSubset().isEmpty() && !scene.hasSubset(full, destination.getSubset())) {
      findings.add(
          at ->
              where
                  .apply(at)
                  .at("subset")
                  .warn(
                      destination.getSubset() + ", which no DestinationRule of " + full + " has",
                      "one of its subsets: requests get 503"));
    }
  }

  private void checkService(
      ServedService service, Destination destination, String host, UnaryOperator<Spot> where) {
    int port = destination.getPort().getNumber();
    if (port != 0 && !service.ports().isEmpty() && !service.ports().contains(port)) {
      findings.add(
          at ->
              where
                  .apply(at)
                  .at("port")
                  .at("number")
                  .warn(
                      port + ", which is no port of " + host,
                      "one of "
                          + service.ports().stream().sorted().map(Object::toString).toList()));
    }
    if (isOfMesh(spec) && !isExported(service)) {
      findings.add(
          at ->
              where
                  .apply(at)
                  .at("host")
                  .warn(
                      host
                          + ", which is exported to "
                          + service.exportTo().stream().sorted().toList(),
                      "a service that namespace " + resource.namespace() + " may see"));
    }
  }

  private boolean isExported(ServedService service) {
    // A dot is the namespace of the service, which is not known here.
    return service.exportTo().isEmpty()
        || service.exportTo().contains("*")
        || service.exportTo().contains(".")
        || service.exportTo().contains(resource.namespace());
  }

  /** Returns what is wrong with a host that nobody serves. */
  static String nobodyServes(String host, String full) {
    return HostNames.isShort(host)
        ? host + ", which istiods take for " + full + ", a host that no registry serves"
        : host + ", a host that no registry serves";
  }
}
