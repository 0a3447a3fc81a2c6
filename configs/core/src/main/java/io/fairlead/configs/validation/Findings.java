package io.fairlead.configs.validation;

import io.fairlead.configs.validation.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The problems of one document, as they are found. Confined to one thread. */
final class Findings {
  /** The most errors of a document that are kept, and the most warnings. */
  static final int MAX_PROBLEMS = 100;

  private static final Comparator<Problem> BY_POSITION =
      Comparator.<Problem>comparingInt(problem -> problem.position().line())
          .thenComparingInt(problem -> problem.position().column());

  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  /** Whether no more of a severity are kept, so that nobody need look for their place. */
  boolean isFull(Severity severity) {
    return (severity == Severity.ERROR ? errors : warnings).size() >= MAX_PROBLEMS;
  }

  void add(Problem problem) {
    List<Problem> list = problem.severity() == Severity.ERROR ? errors : warnings;
    if (list.size() < MAX_PROBLEMS && !list.contains(problem)) {
      list.add(problem);
    }
  }

  boolean hasErrors() {
    return !errors.isEmpty();
  }

  /** Returns the errors in the order of the text. */
  List<Problem> errors() {
    return errors.stream().sorted(BY_POSITION).toList();
  }

  /** Returns what is no error in the order of the text. */
  List<Problem> warnings() {
    return warnings.stream().sorted(BY_POSITION).toList();
  }
}
