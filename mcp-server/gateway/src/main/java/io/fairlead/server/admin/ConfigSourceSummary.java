package io.fairlead.server.admin;

import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
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
  List<DocumentProblem> problems() {
    return status.problems();
  }

  /** Returns the errors in its documents. */
  List<DocumentProblem> errorsFound() {
    return problems().stream()
        .filter(each -> each.problem().severity() == ConfigProblem.Severity.ERROR)
        .toList();
  }
}
