package io.fairlead.configs.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.validation.Problem.Severity;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The documents below {@code cases/}, of which {@link OracleTest} asks istiods. */
final class CasesTest {
  @TestFactory
  List<DynamicTest> outcomes_areThoseOfIstiods() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case one : Case.all()) {
      tests.add(DynamicTest.dynamicTest(one.toString(), () -> check(one)));
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests;
  }

  private static void check(Case one) {
    Outcome outcome = one.validated();
    if (Stricter.REASONS.containsKey(one.toString())) {
      assertThat(outcome).isInstanceOf(Outcome.Invalid.class);
      return;
    }
    switch (one.verdict()) {
      case ACCEPTED ->
          assertThat(outcome)
              .isInstanceOfSatisfying(
                  Outcome.Valid.class,
                  valid ->
                      assertThat(valid.warnings())
                          .noneMatch(problem -> problem.severity() == Severity.REFUSED_BY_OLDER));
      case REFUSED_BY_OLDER, REFUSED_IN_BETWEEN ->
          assertThat(outcome)
              .isInstanceOfSatisfying(
                  Outcome.Valid.class,
                  valid ->
                      assertThat(valid.warnings())
                          .anyMatch(problem -> problem.severity() == Severity.REFUSED_BY_OLDER));
      case REFUSED, REFUSED_BY_NEWER ->
          assertThat(outcome)
              .isInstanceOfSatisfying(
                  Outcome.Invalid.class,
                  invalid -> {
                    assertThat(invalid.problems()).isNotEmpty();
                    assertThat(invalid.problems())
                        .allMatch(
                            problem ->
                                problem.path().startsWith("spec")
                                    || problem.path().startsWith("metadata"));
                  });
    }
  }

  @Test
  void kinds_haveTenAcceptedCasesAndTwentyRefused() {
    for (IstioKind kind : IstioKind.values()) {
      Map<Case.Verdict, Integer> counts = new EnumMap<>(Case.Verdict.class);
      Case.all().stream()
          .filter(one -> one.kind().equals(kind.kind()))
          .forEach(one -> counts.merge(one.verdict(), 1, Integer::sum));
      assertThat(counts.getOrDefault(Case.Verdict.ACCEPTED, 0))
          .as(kind.kind())
          .isGreaterThanOrEqualTo(10);
      assertThat(
              counts.getOrDefault(Case.Verdict.REFUSED, 0)
                  + counts.getOrDefault(Case.Verdict.REFUSED_BY_NEWER, 0))
          .as(kind.kind())
          .isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void reasons_areOfCases() {
    assertThat(Case.all()).extracting(Case::toString).containsAll(Stricter.REASONS.keySet());
  }
}
