package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.Destination;
import io.fairlead.istio.networking.v1alpha3.HTTPMatchRequest;
import io.fairlead.istio.networking.v1alpha3.HTTPRoute;
import io.fairlead.istio.networking.v1alpha3.L4MatchAttributes;
import io.fairlead.istio.networking.v1alpha3.RouteDestination;
import io.fairlead.istio.networking.v1alpha3.StringMatch;
import io.fairlead.istio.networking.v1alpha3.TCPRoute;
import io.fairlead.istio.networking.v1alpha3.TLSMatchAttributes;
import io.fairlead.istio.networking.v1alpha3.TLSRoute;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import java.util.List;

/** The rules of a VirtualService: its hosts and gateways, and its TLS and TCP routes. */
final class VirtualServiceRules implements KindRules<VirtualService> {
  private static final String MESH = "mesh";
  private static final int MAX_SHOWN = 10;

  @Override
  public void check(VirtualService spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    boolean isDelegate = spec.getHostsCount() == 0;
    if (isDelegate) {
      checkDelegate(spec, at);
    }
    checkGateways(spec.getGatewaysList(), at.at("gateways"));
    checkHosts(spec, at.at("hosts"));
    if (spec.getHttpCount() + spec.getTlsCount() + spec.getTcpCount() == 0) {
      at.refuse("no route", "http, tls or tcp");
    }
    HttpRouteRules http = new HttpRouteRules(isDelegate);
    at.each("http", spec.getHttpList(), http::check);
    if (!isBoundToGateway(spec)) {
      at.each("http", spec.getHttpList(), VirtualServiceRules::checkNoClaims);
    }
    HostIndex hosts = new HostIndex();
    spec.getHostsList().stream().filter(Hosts::isWildcardName).forEach(hosts::add);
    at.each("tls", spec.getTlsList(), (route, here) -> checkTls(route, spec, hosts, here));
    at.each("tcp", spec.getTcpList(), VirtualServiceRules::checkTcp);
    Checks.exportTo(
        spec.getExportToList(),
        metadata.namespace(),
        Checks.Exported.CONFIGURATION,
        at.at("exportTo"));
    UnreachableRoutes.check(spec, at);
  }

  private static void checkDelegate(VirtualService spec, Spot at) {
    String expected = "none: a VirtualService without hosts is a delegate";
    if (spec.getGatewaysCount() > 0) {
      at.at("gateways").refuse("gateways", expected);
    }
    if (spec.getTlsCount() > 0) {
      at.at("tls").refuse("TLS routes", expected);
    }
    if (spec.getTcpCount() > 0) {
      at.at("tcp").refuse("TCP routes", expected);
    }
  }

  /** Whether all of its gateways are real ones. */
  private static boolean isBoundToGateway(VirtualService spec) {
    return spec.getGatewaysCount() > 0 && !spec.getGatewaysList().contains(MESH);
  }

  private static void checkHosts(VirtualService spec, Spot at) {
    boolean hasSni =
        spec.getTlsList().stream()
            .flatMap(route -> route.getMatchList().stream())
            .anyMatch(match -> match.getSniHostsCount() > 0);
    boolean valid = true;
    for (int i = 0; i < spec.getHostsCount(); i++) {
      String host = spec.getHosts(i);
      Spot here = at.at(i);
      if (isBoundToGateway(spec) && hasSni && Hosts.isGeneratedSni(host)) {
        here.refuseForOlder(host, Hosts.FORM);
      } else if (!isName(host, isBoundToGateway(spec) && hasSni) && !Hosts.isIp(host)) {
        here.refuse(host, Hosts.FORM + ", or an IP address");
        valid = false;
      } else if (host.equals("*") && !isBoundToGateway(spec)) {
        here.refuse(host, "names: only one that is bound to gateways alone may have all hosts");
        valid = false;
      }
    }
    if (valid) {
      checkUnique(spec.getHostsList(), at);
    }
  }

  // A name that looks generated is held to that form where SNI is matched at gateways.
  private static boolean isName(String host, boolean mayBeGenerated) {
    return Hosts.isWildcardName(host) && !(mayBeGenerated && host.startsWith("outbound_"));
  }

  private static void checkUnique(List<String> hosts, Spot at) {
    HostIndex earlier = new HostIndex();
    for (int i = 0; i < hosts.size(); i++) {
      int index = i;
      earlier
          .overlapping(hosts.get(i))
          .ifPresent(
              other ->
                  at.at(index)
                      .refuse(
                          hosts.get(index), "no host that " + other + " covers or is covered by"));
      earlier.add(hosts.get(i));
    }
  }

  static void checkGateways(List<String> gateways, Spot at) {
    for (int i = 0; i < gateways.size(); i++) {
      String gateway = gateways.get(i);
      int slash = gateway.indexOf('/');
      if (slash < 0) {
        if (!Hosts.isName(gateway)) {
          at.at(i).refuse(gateway, "NAME or NAMESPACE/NAME");
        } else if (gateway.contains(".")) {
          at.at(i).warn(gateway, "NAMESPACE/NAME, which istiods prefer");
        }
        // istiod looks no further than the first name without a namespace. So do not accept less.
        continue;
      }
      if (!Hosts.isLabel(gateway.substring(0, slash))
          || !Hosts.isLabel(gateway.substring(slash + 1))) {
        at.at(i).refuse(gateway, "NAME or NAMESPACE/NAME");
      }
    }
  }

  private static void checkNoClaims(HTTPRoute route, Spot at) {
    at.each(
        "match",
        route.getMatchList(),
        (match, here) -> {
          checkNoClaims(match, here);
        });
  }

  private static void checkNoClaims(HTTPMatchRequest match, Spot at) {
    Headers.firstClaim(match.getHeadersMap())
        .ifPresent(claim -> refuseClaim(claim, at.at("headers").at(claim)));
    Headers.firstClaim(match.getWithoutHeadersMap())
        .ifPresent(claim -> refuseClaim(claim, at.at("withoutHeaders").at(claim)));
  }

  private static void refuseClaim(String claim, Spot at) {
    at.refuse(claim, "a header: claims of tokens are matched at gateways only");
  }

  private static void checkTls(TLSRoute route, VirtualService spec, HostIndex hosts, Spot at) {
    if (route.getMatchCount() == 0) {
      at.refuse("no match", "a match with SNI hosts");
    }
    at.each(
        "match", route.getMatchList(), (match, here) -> checkTlsMatch(match, spec, hosts, here));
    checkDestinations(route.getRouteList(), at.at("route"));
  }

  private static void checkTlsMatch(
      TLSMatchAttributes match, VirtualService spec, HostIndex hosts, Spot at) {
    if (match.getSniHostsCount() == 0) {
      at.refuse("no sniHosts", "at least one");
    }
    at.each("sniHosts", match.getSniHostsList(), (host, here) -> checkSni(host, spec, hosts, here));
    at.each("destinationSubnets", match.getDestinationSubnetsList(), Hosts::checkIpOrPrefix);
    if (match.getPort() != 0) {
      Ports.check(match.getPort(), at.at("port"));
    }
    Labels.check(match.getSourceLabelsMap(), at.at("sourceLabels"));
    checkGateways(match.getGatewaysList(), at.at("gateways"));
  }

  private static void checkSni(String host, VirtualService spec, HostIndex hosts, Spot at) {
    boolean mayBeGenerated = !spec.getGatewaysList().contains(MESH);
    if (mayBeGenerated && Hosts.isGeneratedSni(host)) {
      at.refuseForOlder(host, Hosts.FORM);
    } else if (!isName(host, mayBeGenerated)) {
      if (Hosts.isIp(host)) {
        at.warn(host, "a name: most clients send no IP address as SNI");
      } else {
        at.refuse(host, Hosts.FORM);
      }
      return;
    }
    if (!hosts.covers(host)) {
      at.refuse(host, "a name within the hosts: " + shown(spec.getHostsList()));
    }
  }

  private static String shown(List<String> hosts) {
    return String.join(", ", hosts.subList(0, Math.min(hosts.size(), MAX_SHOWN)));
  }

  private static void checkTcp(TCPRoute route, Spot at) {
    at.each("match", route.getMatchList(), VirtualServiceRules::checkTcpMatch);
    checkDestinations(route.getRouteList(), at.at("route"));
  }

  private static void checkTcpMatch(L4MatchAttributes match, Spot at) {
    at.each("destinationSubnets", match.getDestinationSubnetsList(), Hosts::checkIpOrPrefix);
    if (match.getPort() != 0) {
      Ports.check(match.getPort(), at.at("port"));
    }
    Labels.check(match.getSourceLabelsMap(), at.at("sourceLabels"));
    checkGateways(match.getGatewaysList(), at.at("gateways"));
  }

  private static void checkDestinations(List<RouteDestination> routes, Spot at) {
    if (routes.isEmpty()) {
      at.refuse("no destination", "at least one");
    }
    int total = 0;
    for (int i = 0; i < routes.size(); i++) {
      RouteDestination route = routes.get(i);
      checkDestination(route.hasDestination(), route.getDestination(), at.at(i));
      Checks.notNegative(route.getWeight(), at.at(i).at("weight"));
      total += route.getWeight();
    }
    checkTotal(total, routes.size(), at);
  }

  static void checkDestination(boolean isThere, Destination destination, Spot at) {
    if (isThere) {
      Destinations.check(destination, at.at("destination"));
    } else {
      at.refuse("no destination", "a destination with a host");
    }
  }

  static void checkTotal(int total, int count, Spot at) {
    if (count > 1 && total == 0) {
      at.refuse("weights of 0 in all", "at least one weight above 0");
    }
  }

  static void checkMatch(StringMatch match, Spot at) {
    if (match.getMatchTypeCase() == StringMatch.MatchTypeCase.PREFIX
        && match.getPrefix().isEmpty()) {
      at.at("prefix").refuse("an empty prefix", "a prefix, or no such match");
    }
    checkRegex(match, at);
  }

  static void checkRegex(StringMatch match, Spot at) {
    if (match.getMatchTypeCase() == StringMatch.MatchTypeCase.REGEX) {
      Regexes.check(match.getRegex(), at.at("regex"));
    }
  }
}
