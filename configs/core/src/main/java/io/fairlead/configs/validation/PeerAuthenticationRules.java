package io.fairlead.configs.validation;

import io.fairlead.istio.security.v1beta1.PeerAuthentication;

/** The rules of a PeerAuthentication. */
final class PeerAuthenticationRules implements KindRules<PeerAuthentication> {
  @Override
  public void check(PeerAuthentication spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(spec.hasSelector(), spec.getSelector(), at);
    Spot ports = at.at("portLevelMtls");
    if (ports.isWrittenEmpty()) {
      ports.refuse("an empty mapping", "a port, or no mapping");
    }
    if (spec.getPortLevelMtlsCount() > 0 && spec.getSelector().getMatchLabelsCount() == 0) {
      ports.refuse("portLevelMtls for all workloads", "a selector with labels beside it");
    }
    spec.getPortLevelMtlsMap()
        .keySet()
        .forEach(port -> Ports.check(port, ports.at(Integer.toUnsignedString(port))));
  }
}
