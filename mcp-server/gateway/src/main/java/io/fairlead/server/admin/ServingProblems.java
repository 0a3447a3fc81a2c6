package io.fairlead.server.admin;

import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import io.fairlead.server.config.LeftOutAdapter;
import io.fairlead.versioning.Durability;
import io.fairlead.versioning.TransactionStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The problems of the gateway as a whole: its readiness, store, transactions and configuration. */
final class ServingProblems {
  // An operator who forgot it, rather than one who works.
  private static final Duration LONG_TRANSACTION = Duration.ofHours(1);

  private ServingProblems() {}

  static void notReady(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    ReadinessStatus readiness = source.readiness();
    if (readiness.ready()) {
      return;
    }
    String waiting =
        readiness.waitingFor().stream()
            .map(ReadinessStatus.Waiting::registry)
            .collect(Collectors.joining(", "));
    found.accept(
        new ProblemStatus(
            readiness.overdue() ? Severity.CRITICAL : Severity.WARNING,
            Kind.NOT_READY,
            waiting,
            "Clients are not answered yet"
                + (waiting.isEmpty()
                    ? ": the gateway starts."
                    : ", since nothing is known of " + waiting + ".")
                + (readiness.overdue() ? " The wait is longer than readiness.wait." : ""),
            "Istiods keep what they have meanwhile. Mend what keeps the registry from being read,"
                + " or remove it from the configuration.",
            "fairlead get registries",
            source.started()));
  }

  static void storeNotDurable(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    Durability store = source.readiness().store();
    if (store.durable()) {
      return;
    }
    found.accept(
        new ProblemStatus(
            Severity.CRITICAL,
            Kind.STORE_NOT_DURABLE,
            "store",
            "The store cannot be written, changes are served from memory: " + store.problem(),
            "Make room or repair the disk; writing begins again by itself. A restart before that"
                + " serves an older state until the registries were read.",
            "",
            store.since().orElse(null)));
  }

  static void transactionOpen(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (TransactionStatus open : source.transactions()) {
      found.accept(
          new ProblemStatus(
              ProblemFinder.isAgo(LONG_TRANSACTION, open.opened(), now)
                  ? Severity.CRITICAL
                  : Severity.WARNING,
              Kind.TRANSACTION_OPEN,
              open.id(),
              "Nothing is pushed while the operator's transaction "
                  + open.id()
                  + " is open; changes that wait: "
                  + open.waiting()
                  + ". It ends by itself at "
                  + text(open.expires())
                  + ".",
              "Release it once the work is done.",
              "fairlead release " + open.id(),
              open.opened()));
    }
  }

  static void reloadRefused(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    ConfigurationStatus configuration = source.configuration();
    int problems = configuration.problems().size();
    if (problems > 0) {
      found.accept(
          new ProblemStatus(
              Severity.WARNING,
              Kind.RELOAD_REFUSED,
              configuration.file(),
              "What the configuration file says is not in force, the former configuration is: "
                  + configuration.problems().get(0)
                  + (problems > 1 ? " (and " + (problems - 1) + " more)" : ""),
              "Mend the file; it is read again by itself. A restart would fail until then.",
              "fairlead check --config " + ShellText.quoted(configuration.file()),
              configuration.refusedSince()));
    }
  }

  static void adapterLeftOut(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (LeftOutAdapter adapter : source.leftOutAdapters()) {
      found.accept(
          new ProblemStatus(
              Severity.WARNING,
              Kind.ADAPTER_LEFT_OUT,
              String.valueOf(adapter.file().getFileName()),
              "An adapter is not used: " + adapter,
              "Mend or remove it; the folder is read again when the configuration changes. Without"
                  + " it a restart fails if a registry has its type.",
              "",
              null));
    }
  }

  static void restartNeeded(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    ConfigurationStatus configuration = source.configuration();
    if (!configuration.needRestart().isEmpty()) {
      found.accept(
          new ProblemStatus(
              Severity.WARNING,
              Kind.RESTART_NEEDED,
              configuration.file(),
              "Changed in the file, but in force only from the next start: "
                  + String.join(", ", configuration.needRestart())
                  + ".",
              "Restart the gateway, or set the keys back. A restart pushes nothing; only another"
                  + " virtualIps or xds.shards changes what istiods get.",
              "",
              configuration.loaded()));
    }
  }

  /** Returns a time as people read it, in whole seconds. */
  static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
