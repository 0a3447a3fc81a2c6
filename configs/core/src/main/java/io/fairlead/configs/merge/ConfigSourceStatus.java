package io.fairlead.configs.merge;

import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.Moment;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The state of a config source, for people.
 *
 * @param name its name
 * @param priority of two sources that have a resource, the one with the higher priority gives it
 * @param documents number of documents at the last report
 * @param resources number of valid resources in them
 * @param lastSuccess when it was read last; empty if it never was
 * @param problem why it cannot be read at present; empty if it can
 * @param failingSince since when it cannot
 * @param problems what is wrong with its documents
 */
public record ConfigSourceStatus(
    String name,
    int priority,
    int documents,
    int resources,
    Optional<Instant> lastSuccess,
    Optional<String> problem,
    Optional<Instant> failingSince,
    List<DocumentProblem> problems) {
  /**
   * A problem of one document.
   *
   * @param document its key
   * @param since from when on this gateway has known of it
   * @param problem what is wrong
   */
  public record DocumentProblem(String document, Instant since, ConfigProblem problem) {
    static final Comparator<DocumentProblem> ORDER =
        Comparator.<DocumentProblem, ConfigProblem.Severity>comparing(
                each -> each.problem().severity())
            .thenComparing(DocumentProblem::document)
            .thenComparing(each -> each.problem().line())
            .thenComparing(each -> each.problem().column());

    /** Returns the place in the document, as editors and compilers say it. */
    public String place() {
      return document + ":" + problem.line() + ":" + problem.column();
    }

    /** Returns what is wrong, with the field that it is about. */
    public String text() {
      return (problem.path().isEmpty() ? "" : problem.path() + ": ") + problem.text();
    }
  }

  public ConfigSourceStatus {
    problems = problems.stream().sorted(DocumentProblem.ORDER).toList();
  }

  /** Returns the number of problems of a severity. */
  public int count(ConfigProblem.Severity severity) {
    return (int) problems.stream().filter(each -> each.problem().severity() == severity).count();
  }

  static ConfigSourceStatus of(
      SourceSettings settings,
      int documents,
      int resources,
      ConnectionHealth health,
      List<DocumentProblem> problems) {
    return new ConfigSourceStatus(
        settings.name(),
        settings.priority(),
        documents,
        resources,
        health.last().map(Moment::wall),
        health.problem(),
        health.failing().map(Moment::wall),
        problems);
  }
}
