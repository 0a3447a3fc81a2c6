package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.validation.Problem.Severity;
import io.fairlead.harness.IstioValidator;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests that each case is judged as the code of two istiods judges it. */
@NeedsServer({IstioValidator.OLDER, IstioValidator.NEWER})
final class OracleTest {
  private static final Path TABLE = Path.of("target", "validation-agreement.md");

  /** The counts of a kind in the table of agreement. */
  private static final class Row {
    private int cases;
    private int accepted;
    private int acceptedByBoth;
    private int refused;
    private int refusedByIstiod;
  }

  @Test
  void cases_haveTheVerdictThatIsWritten_andWhatIsAcceptedIsServedAsIstiodReadsIt()
      throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    RefusedHere refused = new RefusedHere(List.of("1.18.2", "1.27.0"));
    try (IstioValidator older = new IstioValidator(IstioValidator.OLDER);
        IstioValidator newer = new IstioValidator(IstioValidator.NEWER)) {
      for (Case one : Case.ofOlder()) {
        Outcome outcome = one.validated();
        Optional<Outcome.Valid> valid =
            outcome instanceof Outcome.Valid is ? Optional.of(is) : Optional.empty();
        IstioValidator.Answer byOlder =
            older.ask(one.text(), valid.map(is -> is.body().toByteArray()));
        IstioValidator.Answer byNewer =
            newer.ask(one.text(), valid.map(is -> is.body().toByteArray()));
        if (Case.Verdict.of(byOlder.accepted(), byNewer.accepted()) != one.verdict().ofTheTwo()) {
          faults.add(one + " is not " + one.verdict() + ": " + byOlder + ", " + byNewer);
        }
        valid.ifPresent(is -> faults.addAll(faults(one, is, byOlder, byNewer)));
        if (valid.isEmpty()) {
          refused.add(one, "1.18.2", byOlder.accepted());
          refused.add(one, "1.27.0", byNewer.accepted());
        }
        count(rows.computeIfAbsent(one.kind(), kind -> new Row()), valid, byOlder, byNewer);
      }
    }
    Files.createDirectories(TABLE.getParent());
    Files.writeString(TABLE, table(rows) + refused.report());
    assertThat(faults).isEmpty();
    assertThat(rows).isNotEmpty();
    assertThat(rows.values())
        .allSatisfy(row -> assertThat(row.acceptedByBoth).isEqualTo(row.accepted));
    int cases = rows.values().stream().mapToInt(row -> row.cases).sum();
    assertThat(refused.unexplained()).isEmpty();
    assertThat(refused.acceptedBy("1.27.0").size() * 50)
        .as("refused here, accepted by 1.27.0, of %s", cases)
        .isLessThanOrEqualTo(cases);
  }

  private static boolean isForNewer(Outcome.Valid valid) {
    return valid.warnings().stream()
        .anyMatch(problem -> problem.severity() == Severity.REFUSED_BY_OLDER);
  }

  private static List<String> faults(
      Case one, Outcome.Valid valid, IstioValidator.Answer byOlder, IstioValidator.Answer byNewer) {
    List<String> faults = new ArrayList<>();
    if (!byNewer.accepted() || !byNewer.servedError().isEmpty() || !byNewer.same()) {
      faults.add(one + " is served, but for newer istiods it is " + byNewer);
    }
    if (!isForNewer(valid) && (!byOlder.accepted() || !byOlder.servedError().isEmpty())) {
      faults.add(one + " is served, but for older istiods it is " + byOlder);
    }
    return faults;
  }

  private static void count(
      Row row,
      Optional<Outcome.Valid> valid,
      IstioValidator.Answer byOlder,
      IstioValidator.Answer byNewer) {
    row.cases++;
    if (valid.isPresent()) {
      row.accepted++;
      if (byNewer.accepted() && (byOlder.accepted() || isForNewer(valid.get()))) {
        row.acceptedByBoth++;
      }
    } else {
      row.refused++;
      row.refusedByIstiod += byNewer.accepted() ? 0 : 1;
    }
  }

  private static String table(Map<String, Row> rows) {
    StringBuilder table =
        new StringBuilder(
            "| kind | cases | accepted | of which istiods accept | refused | of which istiods refuse |\n"
                + "|---|---|---|---|---|---|\n");
    rows.forEach(
        (kind, row) ->
            table.append(
                "| %s | %d | %d | %d | %d | %d |\n"
                    .formatted(
                        kind,
                        row.cases,
                        row.accepted,
                        row.acceptedByBoth,
                        row.refused,
                        row.refusedByIstiod)));
    return table.toString();
  }
}
