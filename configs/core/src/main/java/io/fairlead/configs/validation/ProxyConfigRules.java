package io.fairlead.configs.validation;

import io.fairlead.istio.networking.v1beta1.ProxyConfig;

/** The rules of a ProxyConfig. */
final class ProxyConfigRules implements KindRules<ProxyConfig> {
  @Override
  public void check(ProxyConfig spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(spec.hasSelector(), spec.getSelector(), at);
    Checks.notNegative(spec.getConcurrency().getValue(), at.at("concurrency"));
  }
}
