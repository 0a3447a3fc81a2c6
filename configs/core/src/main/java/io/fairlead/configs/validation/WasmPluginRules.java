package io.fairlead.configs.validation;

import io.fairlead.istio.extensions.v1alpha1.FailStrategy;
import io.fairlead.istio.extensions.v1alpha1.WasmPlugin;

/** The rules of a WasmPlugin. */
final class WasmPluginRules implements KindRules<WasmPlugin> {
  @Override
  public void check(WasmPlugin spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(
        spec.hasSelector(),
        spec.getSelector(),
        spec.hasTargetRef(),
        spec.getTargetRef(),
        spec.getTargetRefsList(),
        at);
    WasmRules.checkUrl(spec.getUrl(), at.at("url"));
    WasmRules.checkSha256(spec.getSha256(), at.at("sha256"));
    WasmRules.checkPullSecret(spec.getImagePullSecret(), at.at("imagePullSecret"));
    WasmRules.checkPluginName(spec.getPluginName(), at.at("pluginName"));
    if (spec.getFailStrategy() == FailStrategy.FAIL_RELOAD) {
      at.at("failStrategy").refuseForOlder("FAIL_RELOAD", "FAIL_CLOSE or FAIL_OPEN");
    }
    WasmRules.checkVm(spec.getVmConfig(), at.at("vmConfig"));
    at.each(
        "match",
        spec.getMatchList(),
        (match, here) -> WasmRules.checkPorts(match.getPortsList(), here));
  }
}
