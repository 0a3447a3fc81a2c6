package io.fairlead.configs.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.references.Unseen;
import io.fairlead.versioning.ResourceKey;
import org.junit.jupiter.api.Test;

final class ValidatedContentTest {
  private static DocumentContent read(String spec) {
    return new ValidatedContent()
        .read(
            new ConfigDocument(
                "a.yaml",
                "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\n"
                    + "metadata: {name: auth}\nspec: "
                    + spec
                    + "\n"),
            new SourceSettings("files", 0, "shop", Unseen.WARN));
  }

  private static String shown(ResourceKey key) {
    return key.type().kind() + " " + key.name();
  }

  @Test
  void wasmPlugin_isAlsoServedAsWhatItIsTranslatedTo() {
    assertThat(read("{url: a.b/c}").valid())
        .extracting(resource -> shown(resource.key()))
        .containsExactlyInAnyOrder(
            "WasmPlugin shop/auth", "TrafficExtension shop/auth~istio-translated-wasmplugin");
  }

  @Test
  void wasmPlugin_thatIsInvalid_keepsBoth() {
    DocumentContent content = read("{url: 'ftp://a.b/c'}");
    assertThat(content.valid()).isEmpty();
    assertThat(content.invalid())
        .extracting(ValidatedContentTest::shown)
        .containsExactlyInAnyOrder(
            "WasmPlugin shop/auth", "TrafficExtension shop/auth~istio-translated-wasmplugin");
    assertThat(content.problems()).hasSize(1);
  }

  @Test
  void documentWithoutAText_keepsAllThatItHadAndSaysWhy() {
    DocumentContent content =
        new ValidatedContent()
            .read(
                new ConfigDocument("a.yaml", "", "too large"),
                new SourceSettings("files", 0, "shop", Unseen.WARN));
    assertThat(content.unclear()).isTrue();
    assertThat(content.problems())
        .extracting(ConfigProblem::text, ConfigProblem::severity)
        .containsExactly(tuple("too large", ConfigProblem.Severity.ERROR));
  }

  @Test
  void documentThatOlderIstiodsRefuse_saysThatTheyDo() {
    String text =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web, namespace: shop}
        spec:
          hosts: [web.mesh]
          http:
          - corsPolicy: {allowOrigins: [{exact: a.b}], allowMethods: ["*"]}
            route: [{destination: {host: web.mesh}}]
        """;
    DocumentContent content =
        new ValidatedContent()
            .read(
                new ConfigDocument("a.yaml", text),
                new SourceSettings("files", 0, "shop", Unseen.WARN));
    assertThat(content.valid()).hasSize(1);
    assertThat(content.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(ConfigProblem.Severity.WARNING);
              assertThat(problem.text()).contains("methods of HTTP; some istiods before 1.27");
            });
  }
}
