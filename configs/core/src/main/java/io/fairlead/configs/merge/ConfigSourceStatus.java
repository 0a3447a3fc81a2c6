package io.fairlead.configs.merge;

import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.Moment;
import java.time.Instant;
import java.util.Map;
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
 * @param problems what is wrong with its documents, by their keys
 */
public record ConfigSourceStatus(
    String name,
    int priority,
    int documents,
    int resources,
    Optional<Instant> lastSuccess,
    Optional<String> problem,
    Optional<Instant> failingSince,
    Map<String, DocumentProblems> problems) {
  /**
   * The problems of one document.
   *
   * @param since from when on this gateway has seen its text
   * @param content what it says and what is wrong with it
   */
  public record DocumentProblems(Instant since, DocumentContent content) {}

  /** Returns the number of problems of a severity. */
  public int count(ConfigProblem.Severity severity) {
    return (int)
        problems.values().stream()
            .flatMap(document -> document.content().problems().stream())
            .filter(problem -> problem.severity() == severity)
            .count();
  }

  static ConfigSourceStatus of(
      SourceSettings settings,
      int documents,
      int resources,
      ConnectionHealth health,
      Map<String, DocumentProblems> problems) {
    return new ConfigSourceStatus(
        settings.name(),
        settings.priority(),
        documents,
        resources,
        health.last().map(Moment::wall),
        health.problem(),
        health.failing().map(Moment::wall),
        Map.copyOf(problems));
  }
}
