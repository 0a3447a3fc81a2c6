package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of objects, by the rule of the API server (a DNS-1123 subdomain as it reads that). */
final class ObjectFormTest {
  private static Outcome named(String name) {
    return new Validator("default")
        .validate(
            Case.document(
                "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: \""
                    + name
                    + "\"}\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "a.b", "a-b.c--d", "1.2.3"})
  void name_ofLettersDigitsAndPartsBetween_isAccepted(String name) {
    assertThat(named(name)).isInstanceOf(Outcome.Valid.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 252, 253})
  void name_ofOneLongPart_isAcceptedUpTo253(int length) {
    assertThat(named("a".repeat(length))).isInstanceOf(Outcome.Valid.class);
    assertThat(named("a".repeat(length - 2) + ".b")).isInstanceOf(Outcome.Valid.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "a_b", "-a", "a-", ".a", "a.", "a..b", "a.-b", "a-.b", "a b", "ä"})
  void name_ofAnythingElse_isRefused(String name) {
    assertRefused(name);
  }

  @Test
  void name_longerThan253_isRefused() {
    assertRefused("a".repeat(254));
    assertRefused("a".repeat(100_000) + "-");
  }

  private static void assertRefused(String name) {
    assertThat(named(name))
        .isInstanceOfSatisfying(
            Outcome.Invalid.class,
            invalid ->
                assertThat(invalid.problems())
                    .singleElement()
                    .satisfies(
                        problem -> {
                          assertThat(problem.path()).isEqualTo("metadata.name");
                          assertThat(problem.expected()).contains("at most 253 characters");
                        }));
  }

  @Test
  void keyOfALabel_mayHaveALongPartBeforeTheSlash() {
    Outcome outcome =
        new Validator("default")
            .validate(
                Case.document(
                    "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
                        + "metadata: {name: a, labels: {"
                        + "d".repeat(100)
                        + ".org/x: z}}\n"));
    assertThat(outcome).isInstanceOf(Outcome.Valid.class);
  }
}
