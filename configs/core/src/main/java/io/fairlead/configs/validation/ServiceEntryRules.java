package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry.Resolution;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.util.HashSet;
import java.util.Set;

/** The rules of a ServiceEntry. */
final class ServiceEntryRules implements KindRules<ServiceEntry> {
  @Override
  public void check(ServiceEntry spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (spec.hasWorkloadSelector()) {
      Labels.selector(
          spec.getWorkloadSelector().getLabelsMap(), at.at("workloadSelector").at("labels"));
      if (spec.getEndpointsCount() > 0) {
        at.at("endpoints").refuse("endpoints beside workloadSelector", "one of the two");
      }
    }
    if (spec.getHostsCount() == 0) {
      at.refuse("no hosts", "at least one");
    }
    at.each("hosts", spec.getHostsList(), ServiceEntryRules::checkHost);
    at.each("addresses", spec.getAddressesList(), Hosts::checkIpOrPrefix);
    if (spec.getResolution() != Resolution.NONE
        && spec.getResolution() != Resolution.STATIC
        && spec.getAddressesList().stream().anyMatch(address -> address.contains("/"))) {
      at.at("addresses").refuse("a prefix", "addresses, or resolution NONE or STATIC");
    }
    Set<String> names = new HashSet<>();
    Set<Integer> numbers = new HashSet<>();
    at.each(
        "ports",
        spec.getPortsList(),
        (port, here) -> {
          checkPort(port, here);
          if (!names.add(port.getName()) | !numbers.add(port.getNumber())) {
            here.refuse("the name or number of another port", "each once");
          }
        });
    checkEndpoints(spec, names, at);
    checkHostsOfPorts(spec, at);
    Checks.exportTo(
        spec.getExportToList(), metadata.namespace(), Checks.Exported.SERVICE, at.at("exportTo"));
  }

  private static void checkHost(String host, Spot at) {
    if (host.equals("*") || !Hosts.isWildcardName(host)) {
      at.refuse(host, Hosts.FORM + ", but not * alone");
    } else if (host.startsWith("*") && !host.startsWith("*.")) {
      at.warn(host, "* as the whole first label");
    }
  }

  private static void checkPort(ServicePort port, Spot at) {
    Ports.check(port.getNumber(), at.at("number"));
    Ports.checkName(port.getName(), at.at("name"));
    if (!port.getProtocol().isEmpty()) {
      Ports.checkProtocol(port.getProtocol(), at.at("protocol"));
    }
    if (port.getTargetPort() != 0) {
      Ports.check(port.getTargetPort(), at.at("targetPort"));
    }
  }

  private static void checkEndpoints(ServiceEntry spec, Set<String> ports, Spot at) {
    switch (spec.getResolution()) {
      case NONE -> {
        if (spec.getEndpointsCount() > 0) {
          at.at("endpoints").refuse("endpoints in resolution NONE", "none, or STATIC or DNS");
        }
      }
      case STATIC ->
          at.each(
              "endpoints",
              spec.getEndpointsList(),
              (endpoint, here) -> {
                WorkloadEntryRules.checkAddress(endpoint, false, here);
                checkPorts(endpoint, ports, here);
                if (endpoint.getAddress().startsWith(Hosts.UNIX) && ports.size() != 1) {
                  here.at("address").refuse("a socket", "a ServiceEntry with one port");
                }
              });
      case DNS, DNS_ROUND_ROBIN -> {
        if (spec.getResolution() == Resolution.DNS_ROUND_ROBIN && spec.getEndpointsCount() > 1) {
          at.at("endpoints").refuse("several endpoints", "one at most in DNS_ROUND_ROBIN");
        }
        if (spec.getEndpointsCount() == 0) {
          at.each("hosts", spec.getHostsList(), ServiceEntryRules::checkName);
        }
        at.each(
            "endpoints",
            spec.getEndpointsList(),
            (endpoint, here) -> {
              if (!Hosts.isIp(endpoint.getAddress())) {
                checkName(endpoint.getAddress(), here.at("address"));
              }
              checkPorts(endpoint, ports, here);
            });
      }
      default -> at.at("resolution").refuse(spec.getResolution().name(), "NONE, STATIC or DNS");
    }
  }

  private static void checkName(String name, Spot at) {
    if (!Hosts.isName(name)) {
      at.refuse(name, Hosts.NAME_FORM + " without a wildcard");
    }
  }

  private static void checkPorts(WorkloadEntry endpoint, Set<String> ports, Spot at) {
    endpoint
        .getPortsMap()
        .forEach(
            (name, number) -> {
              Spot here = at.at("ports").at(name);
              if (!ports.contains(name)) {
                here.refuse(name, "the name of a port of the ServiceEntry");
              }
              Ports.checkName(name, here);
              Ports.check(number, here);
            });
    Labels.check(endpoint.getLabelsMap(), at.at("labels"));
  }

  private static void checkHostsOfPorts(ServiceEntry spec, Spot at) {
    if (spec.getResolution() == Resolution.NONE || spec.getHostsCount() < 2) {
      return;
    }
    at.each(
        "ports",
        spec.getPortsList(),
        (port, here) -> {
          if (!Ports.isHttp(port.getProtocol()) && !Ports.isTls(port.getProtocol())) {
            here.at("protocol")
                .refuse(
                    port.getProtocol().isEmpty() ? "no protocol" : port.getProtocol(),
                    "HTTP or TLS, as there are several hosts");
          }
        });
  }
}
