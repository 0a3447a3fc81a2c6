package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.validation.Problem.Severity;
import io.fairlead.harness.IstioValidator;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests that istiods between and after the two of {@link OracleTest} accept what is accepted here.
 * Not in {@code make test}: their code takes minutes to compile.
 */
@Tag("oracles")
@NeedsServer({
  IstioValidator.OLDER,
  "istio-validator-1.20.0",
  "istio-validator-1.24.0",
  IstioValidator.NEWER,
  MoreIstiodsTest.NEWEST
})
final class MoreIstiodsTest {
  static final String NEWEST = "istio-validator-main";

  private static final List<String> VERSIONS =
      List.of("1.18.2", "1.20.0", "1.24.0", "1.27.0", "main");
  private static final Path TABLE = Path.of("target", "validation-agreement-more.md");

  @Test
  void whatIsAcceptedHere_isAcceptedByIstiodsInBetweenAndAfter() throws IOException {
    List<String> faults = new ArrayList<>();
    StringBuilder table =
        new StringBuilder(
            "| istiod | documents it has the kind of | accepted here | of which it accepts | refused here | of which it refuses |\n"
                + "|---|---|---|---|---|---|\n");
    RefusedHere refused = new RefusedHere(VERSIONS);
    for (String version : VERSIONS) {
      try (IstioValidator oracle = new IstioValidator("istio-validator-" + version)) {
        table.append(row(version, oracle, refused, faults));
      }
    }
    Files.createDirectories(TABLE.getParent());
    Files.writeString(TABLE, table + refused.report());
    assertThat(faults).isEmpty();
    assertThat(refused.unexplained()).isEmpty();
    assertThat(refused.needlessReasons()).isEmpty();
    int cases = Case.all().size();
    assertThat(refused.refusedByNone().size() * 50)
        .as("refused here, by none of them, of %s", cases)
        .isLessThanOrEqualTo(cases);
  }

  private static String row(
      String version, IstioValidator oracle, RefusedHere all, List<String> faults) {
    List<Case> cases = version.equals("main") ? Case.all() : Case.ofOlder();
    int accepted = 0;
    int acceptedByIt = 0;
    int refused = 0;
    int refusedByIt = 0;
    for (Case one : cases) {
      if (one.validated() instanceof Outcome.Valid valid) {
        accepted++;
        IstioValidator.Answer answer =
            oracle.ask(one.text(), Optional.of(valid.body().toByteArray()));
        boolean isAccepted = answer.accepted() && answer.servedError().isEmpty();
        acceptedByIt += isAccepted ? 1 : 0;
        boolean mayBeRefused = !version.equals("main") && isForNewer(valid);
        if (!isAccepted && !mayBeRefused) {
          faults.add(version + ": " + one + " is served, but " + answer);
        }
      } else {
        refused++;
        boolean isAccepted = oracle.ask(one.text(), Optional.empty()).accepted();
        refusedByIt += isAccepted ? 0 : 1;
        all.add(one, version, isAccepted);
      }
    }
    return "| %s | %d | %d | %d | %d | %d |\n"
        .formatted(version, cases.size(), accepted, acceptedByIt, refused, refusedByIt);
  }

  private static boolean isForNewer(Outcome.Valid valid) {
    return valid.warnings().stream()
        .anyMatch(problem -> problem.severity() == Severity.REFUSED_BY_OLDER);
  }

  @Test
  void trafficExtensions_haveTheVerdictThatIsWritten() throws IOException {
    List<String> faults = new ArrayList<>();
    int asked = 0;
    try (IstioValidator newest = new IstioValidator(NEWEST)) {
      for (Case one : Case.all()) {
        if (one.kind().equals(IstioKind.TRAFFIC_EXTENSION.kind())) {
          asked++;
          boolean isAccepted = newest.ask(one.text(), Optional.empty()).accepted();
          if (isAccepted != (one.verdict() == Case.Verdict.ACCEPTED)) {
            faults.add(one + " is not " + one.verdict());
          }
        }
      }
    }
    assertThat(asked).isGreaterThan(30);
    assertThat(faults).isEmpty();
  }

  @Test
  void translatedPlugins_areAccepted() throws IOException {
    String any =
        "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\n"
            + "metadata: {name: a}\nspec: {lua: {inlineCode: a}}\n";
    int asked = 0;
    try (IstioValidator newest = new IstioValidator(NEWEST)) {
      for (Case one : Case.all()) {
        if (one.validated() instanceof Outcome.Valid valid
            && valid.kind() == IstioKind.WASM_PLUGIN) {
          asked++;
          Outcome.Valid translated = WasmPluginTranslation.translate(valid);
          assertThat(newest.ask(any, Optional.of(translated.body().toByteArray())).servedError())
              .as(one.toString())
              .isEmpty();
        }
      }
    }
    assertThat(asked).isGreaterThan(10);
  }
}
