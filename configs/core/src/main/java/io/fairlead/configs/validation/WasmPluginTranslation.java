package io.fairlead.configs.validation;

import io.fairlead.istio.extensions.v1alpha1.TrafficExtension;
import io.fairlead.istio.extensions.v1alpha1.TrafficSelector;
import io.fairlead.istio.extensions.v1alpha1.WasmConfig;
import io.fairlead.istio.extensions.v1alpha1.WasmPlugin;

/**
 * The translation of a WasmPlugin for istiods from 1.30: they read no WasmPlugin of a configuration
 * source, only TrafficExtensions, which they alone ask for. So whoever asks for that type is served
 * the translated plugins beside the TrafficExtensions, and nobody is served one twice.
 */
public final class WasmPluginTranslation {
  /**
   * The end of the name of a translated plugin. It is the one that istiods give to what they
   * translate from Kubernetes; no resource that people write can have it.
   */
  private static final String SUFFIX = "~istio-translated-wasmplugin";

  private WasmPluginTranslation() {}

  /** Returns the name of what a plugin of this name is translated to. */
  public static String translatedName(String plugin) {
    return plugin + SUFFIX;
  }

  /**
   * Returns the TrafficExtension that does what a plugin does.
   *
   * @throws IllegalArgumentException if it is of another kind
   */
  public static Outcome.Valid translate(Outcome.Valid plugin) {
    if (!(plugin.spec() instanceof WasmPlugin spec)) {
      throw new IllegalArgumentException(plugin.kind() + " (expected: a WasmPlugin)");
    }
    TrafficExtension translated = translated(spec);
    return new Outcome.Valid(
        IstioKind.TRAFFIC_EXTENSION,
        plugin.namespace(),
        translatedName(plugin.name()),
        plugin.labels(),
        plugin.annotations(),
        translated,
        Validator.bytes(translated),
        plugin.warnings());
  }

  private static TrafficExtension translated(WasmPlugin spec) {
    TrafficExtension.Builder extension =
        TrafficExtension.newBuilder()
            .addAllTargetRefs(spec.getTargetRefsList())
            .setPhaseValue(spec.getPhaseValue())
            .setWasm(wasm(spec));
    if (spec.hasSelector()) {
      extension.setSelector(spec.getSelector());
    }
    if (spec.hasTargetRef()) {
      extension.addTargetRefs(spec.getTargetRef());
    }
    if (spec.hasPriority()) {
      extension.setPriority(spec.getPriority());
    }
    for (WasmPlugin.TrafficSelector match : spec.getMatchList()) {
      extension.addMatch(
          TrafficSelector.newBuilder().setMode(match.getMode()).addAllPorts(match.getPortsList()));
    }
    return extension.build();
  }

  private static WasmConfig wasm(WasmPlugin spec) {
    WasmConfig.Builder wasm =
        WasmConfig.newBuilder()
            .setUrl(spec.getUrl())
            .setSha256(spec.getSha256())
            .setImagePullPolicyValue(spec.getImagePullPolicyValue())
            .setImagePullSecret(spec.getImagePullSecret())
            .setVerificationKey(spec.getVerificationKey())
            .setPluginName(spec.getPluginName())
            .setFailStrategyValue(spec.getFailStrategyValue())
            .setTypeValue(spec.getTypeValue());
    if (spec.hasPluginConfig()) {
      wasm.setPluginConfig(spec.getPluginConfig());
    }
    if (spec.hasVmConfig()) {
      wasm.setVmConfig(spec.getVmConfig());
    }
    return wasm.build();
  }
}
