package io.fairlead.server.admin;

import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus;
import java.util.Comparator;
import java.util.List;

/**
 * A summary of a config source for the API and the console.
 *
 * @param type its type
 * @param state how it is
 * @param status what is known of its documents
 */
public record ConfigSourceSummary(
    String type, RegistrySummary.State state, ConfigSourceStatus status) {

  /** A problem of one of the documents. */
  record Located(String document, ConfigSourceStatus.DocumentProblems of, ConfigProblem problem) {
    private static final Comparator<Located> ORDER =
        Comparator.<Located, ConfigProblem.Severity>comparing(each -> each.problem().severity())
            .thenComparing(Located::document)
            .thenComparing(each -> each.problem().line())
            .thenComparing(each -> each.problem().column());

    /** Returns the place in the document, as editors and compilers say it. */
    String place() {
      return document + ":" + problem.line() + ":" + problem.column();
    }

    /** Returns what is wrong, with the field that it is about. */
    String text() {
      return (problem.path().isEmpty() ? "" : problem.path() + ": ") + problem.text();
    }
  }

  String name() {
    return status.name();
  }

  int errors() {
    return status.count(ConfigProblem.Severity.ERROR);
  }

  int warnings() {
    return status.count(ConfigProblem.Severity.WARNING);
  }

  /** Returns what is wrong with its documents, errors first. */
  List<Located> problems() {
    return status.problems().entrySet().stream()
        .flatMap(
            entry ->
                entry.getValue().content().problems().stream()
                    .map(problem -> new Located(entry.getKey(), entry.getValue(), problem)))
        .sorted(Located.ORDER)
        .toList();
  }
}
