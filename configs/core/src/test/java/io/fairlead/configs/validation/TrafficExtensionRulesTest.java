package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TrafficExtensionRulesTest {
  private static Outcome validated(int bytesOfCode) {
    return new Validator("default")
        .validate(
            Case.document(
                "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\n"
                    + "metadata: {name: a}\nspec: {lua: {inlineCode: \""
                    + "-".repeat(bytesOfCode)
                    + "\"}}\n"));
  }

  @Test
  void code_mayBeOf64KiB_andNoLonger() {
    assertThat(validated(65536)).isInstanceOf(Outcome.Valid.class);
    assertThat(validated(65537)).isInstanceOf(Outcome.Invalid.class);
  }
}
