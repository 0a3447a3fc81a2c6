package io.fairlead.server.admin;

import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The problems of registries: their reads, and what is held of what they had. */
final class RegistryProblems {
  // A registry that restarts is back by then.
  private static final Duration LONG_FAILURE = Duration.ofMinutes(5);
  private static final Duration FIRST_READ = Duration.ofMinutes(1);
  // Adapters hear of a quiet registry at least as often as their longest wait, 10 minutes.
  private static final Duration LONG_SILENCE = Duration.ofMinutes(15);
  private static final Duration LONG_HOLD = Duration.ofMinutes(5);

  private RegistryProblems() {}

  static void failing(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (RegistrySummary registry : source.registries()) {
      if (registry.problem().isEmpty()) {
        continue;
      }
      boolean unknown = registry.state() == RegistrySummary.State.WAITING;
      Instant since = registry.failingSince();
      boolean isLong = since != null && ProblemFinder.isAgo(LONG_FAILURE, since, now);
      found.accept(
          new ProblemStatus(
              isLong ? Severity.CRITICAL : Severity.WARNING,
              Kind.REGISTRY_FAILING,
              registry.name(),
              "The registry cannot be read: " + registry.problem(),
              "Mend its address, token or network; it is read again by itself. "
                  + (unknown
                      ? unknown(source)
                      : "What was known of it stays in the mesh, however long this lasts, and gets"
                          + " older."),
              "fairlead get registries " + registry.name(),
              since));
    }
  }

  // One that came with a changed configuration keeps nobody waiting.
  private static String unknown(AdminSource source) {
    return source.readiness().ready()
        ? "Nothing of it is in the mesh yet. If another registry left the configuration in the same"
            + " change, that one is served until this one has been read."
        : "Nothing is known of it from before, so clients wait for it; without it in the"
            + " configuration they are answered at once.";
  }

  static void unread(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (RegistrySummary registry : source.registries()) {
      if (registry.state() == RegistrySummary.State.RESTORED
          && registry.problem().isEmpty()
          && ProblemFinder.isAgo(FIRST_READ, source.started(), now)) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.REGISTRY_UNREAD,
                registry.name(),
                "The registry was not read completely since the gateway started.",
                "What was known of it before stays in the mesh. If it is not large, look at its"
                    + " load and its log.",
                "fairlead get registries " + registry.name(),
                source.started()));
      }
    }
  }

  static void stale(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (RegistrySummary registry : source.registries()) {
      Instant last = registry.lastSuccess();
      if (registry.state() == RegistrySummary.State.UP
          && last != null
          && ProblemFinder.isAgo(LONG_SILENCE, last, now)) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.REGISTRY_STALE,
                registry.name(),
                "The registry was not heard of since "
                    + ServingProblems.text(last)
                    + ", and no read failed.",
                "A connection may hang: look at the gateway's log and at the network between.",
                "fairlead get registries " + registry.name(),
                last));
      }
    }
  }

  static void removalsHeld(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (GuardStatus guard : source.guards()) {
      found.accept(
          new ProblemStatus(
              guard.state() == GuardStatus.State.HOLDING ? Severity.CRITICAL : Severity.WARNING,
              Kind.REMOVALS_HELD,
              guard.registry(),
              HoldStatus.explanation(guard),
              "Look whether the loss is real before you decide.",
              "fairlead get guards " + guard.id() + " -o yaml",
              guard.since()));
    }
  }

  /** Finds what adapters keep; the guard's holds are {@link #removalsHeld}. */
  static void holdLasts(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    Map<String, Map<Hold.Reason, List<HoldStatus>>> lasting =
        source.holds().stream()
            .filter(hold -> hold.id().isEmpty())
            .filter(hold -> ProblemFinder.isAgo(LONG_HOLD, hold.since(), now))
            .collect(
                Collectors.groupingBy(
                    HoldStatus::registry,
                    TreeMap::new,
                    Collectors.groupingBy(HoldStatus::reason, TreeMap::new, Collectors.toList())));
    lasting.forEach(
        (registry, byReason) ->
            byReason.values().forEach(holds -> found.accept(holdLasts(registry, holds))));
  }

  private static ProblemStatus holdLasts(String registry, List<HoldStatus> holds) {
    HoldStatus oldest = holds.stream().min(Comparator.comparing(HoldStatus::since)).orElseThrow();
    return new ProblemStatus(
        Severity.WARNING,
        Kind.HOLD_LASTS,
        registry,
        "Missing in the registry and kept in the mesh ("
            + oldest.reason().label()
            + "): "
            + holds.size()
            + ", for example "
            + oldest.subject()
            + ". "
            + oldest.explanation(),
        "It ends by itself"
            + oldest.until().map(time -> " by " + ServingProblems.text(time)).orElse("")
            + ".",
        "fairlead get holds " + registry,
        oldest.since());
  }

  /** Finds what adapters have to say; of many rules that are not applied one stands for all. */
  static void noticed(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (RegistrySummary registry : source.registries()) {
      Map<Notice.Kind, List<Notice>> byKind =
          registry.notices().stream()
              .collect(Collectors.groupingBy(Notice::kind, TreeMap::new, Collectors.toList()));
      byKind.forEach(
          (kind, notices) -> {
            Notice first = notices.get(0);
            String others =
                notices.size() == 1 ? "" : " More like it: " + (notices.size() - 1) + ".";
            found.accept(
                new ProblemStatus(
                    Severity.WARNING,
                    switch (kind) {
                      case CREDENTIAL_EXPIRES -> Kind.CREDENTIAL_EXPIRES;
                      case CHANGES_LATE -> Kind.CHANGES_LATE;
                      case RULE_NOT_APPLIED -> Kind.RULES_NOT_APPLIED;
                    },
                    registry.name(),
                    first.message() + others,
                    first.advice(),
                    "fairlead get registries " + registry.name() + " -o yaml",
                    null));
          });
    }
  }

  static void hostsDamped(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    List<DampedHost> damped = source.damped();
    if (!damped.isEmpty()) {
      DampedHost most =
          damped.stream().max(Comparator.comparingInt(DampedHost::changes)).orElseThrow();
      found.accept(
          new ProblemStatus(
              Severity.WARNING,
              Kind.HOSTS_DAMPED,
              most.host(),
              "Hosts that change again and again: "
                  + damped.size()
                  + ", most of all "
                  + most.host()
                  + ". Their newest additions wait.",
              "Look at the health checks of their instances.",
              "fairlead get services " + most.host(),
              damped.stream().map(DampedHost::since).min(Comparator.naturalOrder()).orElseThrow()));
    }
  }
}
