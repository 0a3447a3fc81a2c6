package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1alpha3.CaptureMode;
import io.fairlead.istio.networking.v1alpha3.IstioEgressListener;
import io.fairlead.istio.networking.v1alpha3.IstioIngressListener;
import io.fairlead.istio.networking.v1alpha3.OutboundTrafficPolicy;
import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings;
import io.fairlead.istio.networking.v1alpha3.ServerTLSSettings.TLSmode;
import io.fairlead.istio.networking.v1alpha3.Sidecar;
import io.fairlead.istio.networking.v1alpha3.SidecarPort;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of a Sidecar. */
final class SidecarRules implements KindRules<Sidecar> {
  private static final Pattern ENDPOINT =
      Pattern.compile("(|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1]|\\[::]):([0-9]{1,5})");

  @Override
  public void check(Sidecar spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    if (spec.hasWorkloadSelector()) {
      Labels.selector(
          spec.getWorkloadSelector().getLabelsMap(), at.at("workloadSelector").at("labels"));
    }
    if (spec.getEgressCount() == 0
        && spec.getIngressCount() == 0
        && !spec.hasOutboundTrafficPolicy()) {
      if (spec.hasInboundConnectionPool()) {
        at.refuseForOlder(
            "inboundConnectionPool alone", "egress, ingress or outboundTrafficPolicy");
      } else {
        at.refuse("an empty Sidecar", "egress, ingress or outboundTrafficPolicy");
      }
    }
    Set<Integer> ports = new HashSet<>();
    at.each(
        "ingress",
        spec.getIngressList(),
        (listener, here) -> {
          checkIngress(listener, here);
          if (listener.hasPort() && !ports.add(listener.getPort().getNumber())) {
            here.at("port").at("number").refuse("the port of another listener", "each port once");
          }
        });
    if (spec.hasInboundConnectionPool()) {
      TrafficPolicyRules.checkPool(spec.getInboundConnectionPool(), at.at("inboundConnectionPool"));
    }
    checkEgress(spec, at);
    if (spec.getOutboundTrafficPolicy().hasEgressProxy()) {
      checkEgressProxy(spec.getOutboundTrafficPolicy(), at.at("outboundTrafficPolicy"));
    }
  }

  private static void checkIngress(IstioIngressListener listener, Spot at) {
    if (!listener.hasPort()) {
      at.refuse("no port", "a port with number and protocol");
      return;
    }
    checkPort(listener.getPort(), at.at("port"));
    Ports.check(listener.getPort().getNumber(), at.at("port").at("number"));
    if (!listener.getBind().isEmpty()) {
      Hosts.checkIp(listener.getBind(), at.at("bind"));
    }
    if (!listener.getDefaultEndpoint().isEmpty()) {
      checkEndpoint(listener.getDefaultEndpoint(), at.at("defaultEndpoint"));
    }
    if (listener.hasTls()) {
      checkTls(listener.getTls(), listener.getPort().getProtocol(), at.at("tls"));
    }
    if (listener.hasConnectionPool()) {
      TrafficPolicyRules.checkPool(listener.getConnectionPool(), at.at("connectionPool"));
    }
  }

  private static void checkPort(SidecarPort port, Spot at) {
    if (port.getTargetPort() != 0) {
      at.at("targetPort").refuse("targetPort", "none: it has no meaning for Sidecars");
    }
    if (!port.getName().isEmpty()) {
      Ports.checkName(port.getName(), at.at("name"));
    }
    if (!port.getProtocol().isEmpty()) {
      Ports.checkProtocol(port.getProtocol(), at.at("protocol"));
    }
  }

  private static void checkEndpoint(String endpoint, Spot at) {
    if (endpoint.startsWith(Hosts.UNIX)) {
      Hosts.checkUnixPath(endpoint.substring(Hosts.UNIX.length()), at);
      return;
    }
    Matcher matcher = ENDPOINT.matcher(endpoint);
    if (!matcher.matches()) {
      at.refuse(endpoint, "127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH");
    } else {
      Ports.check(Integer.parseInt(matcher.group(2)), at);
    }
  }

  private static void checkTls(ServerTLSSettings tls, String protocol, Spot at) {
    String expected = "none within a Sidecar";
    if (tls.getSubjectAltNamesCount() > 0) {
      at.at("subjectAltNames").refuse("subjectAltNames", expected);
    }
    if (tls.getHttpsRedirect()) {
      at.at("httpsRedirect").refuse("true", expected);
    }
    if (!tls.getCredentialName().isEmpty()) {
      at.at("credentialName").refuse(tls.getCredentialName(), expected);
    }
    if (tls.getCredentialNamesCount() > 0) {
      at.at("credentialNames").refuse("credentialNames", expected);
    }
    if (tls.getTlsCertificatesCount() > 0) {
      at.at("tlsCertificates").refuse("tlsCertificates", expected);
    }
    if (tls.getMode() == TLSmode.ISTIO_MUTUAL || tls.getMode() == TLSmode.AUTO_PASSTHROUGH) {
      at.at("mode").refuse(tls.getMode().name(), "another mode within a Sidecar");
    }
    if (!Ports.isTls(protocol)) {
      at.refuse("tls on a port of " + protocol, "a port of HTTPS or TLS");
    }
    ServerTlsRules.check(tls, at);
  }

  private static void checkEgress(Sidecar spec, Spot at) {
    Set<Integer> ports = new HashSet<>();
    Set<String> sockets = new HashSet<>();
    Spot egress = at.at("egress");
    for (int i = 0; i < spec.getEgressCount(); i++) {
      IstioEgressListener listener = spec.getEgress(i);
      Spot here = egress.at(i);
      if (listener.hasPort()) {
        checkEgressPort(listener, here);
        int number = listener.getPort().getNumber();
        boolean isNew = number == 0 ? sockets.add(listener.getBind()) : ports.add(number);
        if (!isNew) {
          here.at("port").refuse("the port or socket of another listener", "each once");
        }
      } else if (i < spec.getEgressCount() - 1) {
        here.refuse("a listener without a port", "a port, or its place at the end");
      }
      if (listener.getHostsCount() == 0) {
        here.refuse("no hosts", "at least one");
      }
      here.each("hosts", listener.getHostsList(), NamespacedHosts::checkOfSidecar);
    }
  }

  private static void checkEgressPort(IstioEgressListener listener, Spot at) {
    checkPort(listener.getPort(), at.at("port"));
    if (listener.getPort().getNumber() == 0) {
      Hosts.unixPath(listener.getBind())
          .ifPresentOrElse(
              path -> Hosts.checkUnixPath(path, at.at("bind")),
              () -> at.refuse("a listener without a port number", "a number, or a socket as bind"));
      if (listener.getCaptureMode() == CaptureMode.IPTABLES) {
        at.at("captureMode").refuse("IPTABLES", "DEFAULT or NONE for a socket");
      }
      return;
    }
    Ports.check(listener.getPort().getNumber(), at.at("port").at("number"));
    if (!listener.getBind().isEmpty()) {
      Hosts.checkIp(listener.getBind(), at.at("bind"));
    }
  }

  private static void checkEgressProxy(OutboundTrafficPolicy policy, Spot at) {
    Spot proxy = at.at("egressProxy");
    if (policy.getMode() != OutboundTrafficPolicy.Mode.ALLOW_ANY) {
      proxy.refuse("egressProxy in mode " + policy.getMode(), "mode ALLOW_ANY");
      return;
    }
    if (!Hosts.isName(policy.getEgressProxy().getHost())) {
      proxy.at("host").refuse(policy.getEgressProxy().getHost(), Hosts.NAME_FORM);
    }
    if (!policy.getEgressProxy().hasPort()) {
      proxy.refuse("no port", "port with a number");
      return;
    }
    Destinations.check(policy.getEgressProxy(), proxy);
  }
}
