package io.fairlead.configs.validation;

import io.fairlead.istio.extensions.v1alpha1.LuaConfig;
import io.fairlead.istio.extensions.v1alpha1.TrafficExtension;
import io.fairlead.istio.extensions.v1alpha1.WasmConfig;
import io.fairlead.istio.type.v1beta1.PolicyTargetReference;
import java.nio.charset.StandardCharsets;

/** The rules of a TrafficExtension. */
final class TrafficExtensionRules implements KindRules<TrafficExtension> {
  private static final int MAX_CODE = 64 << 10;

  @Override
  public void check(TrafficExtension spec, Metadata metadata, Spot document) {
    Spot at = document.at("spec");
    Selectors.check(
        spec.hasSelector(),
        spec.getSelector(),
        false,
        PolicyTargetReference.getDefaultInstance(),
        spec.getTargetRefsList(),
        at);
    switch (spec.getFilterConfigCase()) {
      case WASM -> checkWasm(spec.getWasm(), at.at("wasm"));
      case LUA -> checkLua(spec.getLua(), at.at("lua"));
      case FILTERCONFIG_NOT_SET -> at.refuse("neither wasm nor lua", "one of the two");
    }
    at.each(
        "match",
        spec.getMatchList(),
        (match, here) -> WasmRules.checkPorts(match.getPortsList(), here));
  }

  private static void checkWasm(WasmConfig wasm, Spot at) {
    WasmRules.checkUrl(wasm.getUrl(), at.at("url"));
    WasmRules.checkSha256(wasm.getSha256(), at.at("sha256"));
    WasmRules.checkPullSecret(wasm.getImagePullSecret(), at.at("imagePullSecret"));
    WasmRules.checkPluginName(wasm.getPluginName(), at.at("pluginName"));
    WasmRules.checkVm(wasm.getVmConfig(), at.at("vmConfig"));
  }

  private static void checkLua(LuaConfig lua, Spot at) {
    int length = lua.getInlineCode().getBytes(StandardCharsets.UTF_8).length;
    if (length == 0) {
      at.at("inlineCode").refuse("no code", "Lua with envoy_on_request or envoy_on_response");
    } else if (length > MAX_CODE) {
      at.at("inlineCode").refuse("code of " + length + " bytes", "at most " + MAX_CODE);
    }
  }
}
