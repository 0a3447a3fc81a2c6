package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.fairlead.istio.extensions.v1alpha1.TrafficExtension;
import io.fairlead.istio.extensions.v1alpha1.WasmConfig;
import io.fairlead.istio.extensions.v1alpha1.WasmPlugin;
import org.junit.jupiter.api.Test;

final class WasmPluginTranslationTest {
  @Test
  void translate_aPluginWithAllFields_leavesNoneOut() {
    Outcome.Valid plugin =
        valid(
            """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata: {name: auth, namespace: shop, labels: {istio.io/rev: canary}}
            spec:
              selector: {matchLabels: {app: a}}
              url: oci://a.b/c
              sha256: "%s"
              imagePullPolicy: Always
              imagePullSecret: secret
              verificationKey: key
              pluginConfig: {a: [1]}
              pluginName: auth
              phase: AUTHZ
              priority: 7
              failStrategy: FAIL_OPEN
              type: NETWORK
              vmConfig: {env: [{name: A, value: b}]}
              match: [{mode: SERVER, ports: [{number: 80}]}]
            """
                .formatted("0a".repeat(32)));
    assertThat(plugin.spec().getAllFields())
        .hasSameSizeAs(WasmPlugin.getDescriptor().getFields().subList(2, 16));

    Outcome.Valid translated = WasmPluginTranslation.translate(plugin);

    assertThat(translated.kind()).isEqualTo(IstioKind.TRAFFIC_EXTENSION);
    assertThat(translated.name()).isEqualTo("auth~istio-translated-wasmplugin");
    assertThat(translated.labels()).isEqualTo(plugin.labels());
    TrafficExtension extension = (TrafficExtension) translated.spec();
    WasmConfig wasm = extension.getWasm();
    assertThat(wasm.getAllFields().keySet())
        .containsExactlyElementsOf(WasmConfig.getDescriptor().getFields());
    // Equal under equal names.
    WasmPlugin spec = (WasmPlugin) plugin.spec();
    for (FieldDescriptor field : WasmConfig.getDescriptor().getFields()) {
      assertThat(wasm.getField(field))
          .isEqualTo(spec.getField(WasmPlugin.getDescriptor().findFieldByName(field.getName())));
    }
    assertThat(extension.getPhase()).isEqualTo(TrafficExtension.ExecutionPhase.AUTHZ);
    assertThat(extension.getPriority()).isEqualTo(spec.getPriority());
    assertThat(extension.getSelector()).isEqualTo(spec.getSelector());
    assertThat(extension.getMatch(0).getModeValue()).isEqualTo(spec.getMatch(0).getModeValue());
    assertThat(extension.getMatch(0).getPortsList()).isEqualTo(spec.getMatch(0).getPortsList());
  }

  @Test
  void translate_targets_ofBothSorts() {
    for (String targets :
        new String[] {
          "targetRef: {kind: Service, name: a}", "targetRefs: [{kind: Service, name: a}]"
        }) {
      Outcome.Valid translated =
          WasmPluginTranslation.translate(
              valid(
                  "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\n"
                      + "metadata: {name: auth}\nspec: {url: a.b/c, "
                      + targets
                      + "}\n"));
      assertThat(((TrafficExtension) translated.spec()).getTargetRefsList())
          .singleElement()
          .satisfies(target -> assertThat(target.getName()).isEqualTo("a"));
    }
  }

  @Test
  void translate_anotherKind_fails() {
    Outcome.Valid other =
        valid("apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a}\n");
    assertThatThrownBy(() -> WasmPluginTranslation.translate(other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Outcome.Valid valid(String text) {
    return (Outcome.Valid) new Validator("default").validate(Case.document(text));
  }
}
