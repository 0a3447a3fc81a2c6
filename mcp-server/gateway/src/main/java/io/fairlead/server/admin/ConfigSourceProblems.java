package io.fairlead.server.admin;

import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The problems of config sources: their reads, and documents that istiods would refuse. */
final class ConfigSourceProblems {
  // A folder that is mounted anew, or a store that restarts, is back by then.
  private static final Duration LONG_FAILURE = Duration.ofMinutes(5);
  private static final Duration FIRST_READ = Duration.ofMinutes(1);

  private ConfigSourceProblems() {}

  static void failing(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (ConfigSourceSummary each : source.configSources()) {
      Instant since = each.status().failingSince().orElse(null);
      boolean isLong = since != null && ProblemFinder.isAgo(LONG_FAILURE, since, now);
      each.status()
          .problem()
          .ifPresent(
              problem ->
                  found.accept(
                      new ProblemStatus(
                          isLong ? Severity.CRITICAL : Severity.WARNING,
                          Kind.CONFIGS_FAILING,
                          each.name(),
                          "The config source cannot be read: " + problem,
                          "Mend it; it is read again by itself. "
                              + (each.state() == RegistrySummary.State.WAITING
                                  ? "Nothing is known of it from before, so nothing of it is in the"
                                      + " mesh; while no client has been answered yet, they wait"
                                      + " for it."
                                  : "What was known of it stays in the mesh, however long this"
                                      + " lasts."),
                          "fairlead get configs " + each.name(),
                          since)));
    }
  }

  static void unread(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (ConfigSourceSummary each : source.configSources()) {
      if (each.state() == RegistrySummary.State.RESTORED
          && ProblemFinder.isAgo(FIRST_READ, source.started(), now)) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.CONFIGS_UNREAD,
                each.name(),
                "The config source was not read completely since the gateway started.",
                "What was known of it before stays in the mesh.",
                "fairlead get configs " + each.name(),
                source.started()));
      }
    }
  }

  static void refused(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (ConfigSourceSummary each : source.configSources()) {
      List<DocumentProblem> errors = each.errorsFound();
      if (!errors.isEmpty()) {
        DocumentProblem first = errors.get(0);
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.DOCUMENTS_REFUSED,
                each.name(),
                "Errors in documents: "
                    + errors.size()
                    + ", for example "
                    + first.place()
                    + ": "
                    + first.text(),
                "What was valid before stays in the mesh until they are mended.",
                "fairlead get refused --registry " + Configs.PREFIX + each.name(),
                errors.stream()
                    .map(DocumentProblem::since)
                    .min(Comparator.naturalOrder())
                    .orElseThrow()));
      }
    }
  }
}
