package io.fairlead.server.admin;

import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import io.fairlead.server.xds.ClientStatus;
import io.fairlead.server.xds.ClientStatus.SubscriptionStatus;
import io.fairlead.versioning.ResourceType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The problems of clients: that there are none, that they refuse, that they do not answer. */
final class ClientProblems {
  // An istiod that restarts is back by then.
  private static final Duration LONELY = Duration.ofMinutes(1);
  private static final Duration LATE = Duration.ofSeconds(10);
  private static final Duration VERY_LATE = Duration.ofMinutes(1);

  // More of them have one cause, as a rule, and one item.
  private static final int MAX_LISTED = 10;

  /** A subscription in which something is wrong, and since when. */
  private record Case(ClientStatus client, SubscriptionStatus subscription, Instant since) {
    String name() {
      String node = client.node().isEmpty() ? client.peer() : client.node();
      return client.revision().isEmpty() ? node : node + " (" + client.revision() + ")";
    }

    String type() {
      return ResourceType.ofTypeUrl(subscription.typeUrl()).kind();
    }
  }

  private ClientProblems() {}

  /** Whether a client refuses what it was sent last, or has not answered it for long. */
  static boolean isBehind(ClientStatus client) {
    return client.lag().compareTo(LATE) >= 0
        || client.subscriptions().stream().anyMatch(each -> each.refusedSince() != null);
  }

  static void none(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    source
        .idleSince()
        .filter(since -> ProblemFinder.isAgo(LONELY, since, now))
        .ifPresent(
            since ->
                found.accept(
                    new ProblemStatus(
                        Severity.WARNING,
                        Kind.NO_CLIENT,
                        "clients",
                        "No istiod is connected, so nobody gets what is served.",
                        "Compare the istiod's meshConfig.configSources with what this command"
                            + " prints, and look at the istiod's log.",
                        "fairlead mesh-config",
                        since)));
  }

  static void refuses(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    report(
        cases(source, SubscriptionStatus::refusedSince),
        found,
        one ->
            new ProblemStatus(
                Severity.CRITICAL,
                Kind.CLIENT_REFUSES,
                one.name(),
                "The client refuses the newest "
                    + one.type()
                    + " resources and keeps what it had: "
                    + one.subscription().lastNack(),
                "Its own log has more. An istiod refuses what it cannot read: compare its version"
                    + " with those that are supported.",
                "fairlead get clients -o yaml",
                one.since()));
  }

  static void lags(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    List<Case> late =
        cases(source, SubscriptionStatus::sentAt).stream()
            .filter(one -> ProblemFinder.isAgo(LATE, one.since(), now))
            .toList();
    report(
        late,
        found,
        one ->
            new ProblemStatus(
                ProblemFinder.isAgo(VERY_LATE, one.since(), now)
                    ? Severity.CRITICAL
                    : Severity.WARNING,
                Kind.CLIENT_LAGS,
                one.name(),
                "The client has not answered the "
                    + one.type()
                    + " resources that it was sent at "
                    + ServingProblems.text(one.since())
                    + ".",
                "It is busy, hangs or cannot be reached: look at its processor and its log. It is"
                    + " cut off after xds.limits.ackTimeout and connects again by itself.",
                "fairlead get clients -o yaml",
                one.since()));
  }

  private static List<Case> cases(
      AdminSource source, Function<SubscriptionStatus, @Nullable Instant> since) {
    // One for each client, the oldest: an istiod has a stream for each port.
    Map<String, Case> oldest = new TreeMap<>();
    for (ClientStatus client : source.clients()) {
      for (SubscriptionStatus subscription : client.subscriptions()) {
        Instant begin = since.apply(subscription);
        if (begin != null) {
          Case found = new Case(client, subscription, begin);
          oldest.merge(
              found.name(),
              found,
              (one, other) -> one.since().isAfter(other.since()) ? other : one);
        }
      }
    }
    List<Case> all = new ArrayList<>(oldest.values());
    all.sort(Comparator.comparing(Case::since));
    return all;
  }

  private static void report(
      List<Case> cases, Consumer<ProblemStatus> found, Function<Case, ProblemStatus> problem) {
    if (cases.size() <= MAX_LISTED) {
      cases.stream().map(problem).forEach(found);
      return;
    }
    ProblemStatus first = problem.apply(cases.get(0));
    found.accept(
        new ProblemStatus(
            first.severity(),
            first.kind(),
            cases.size() + " clients",
            "So it is with "
                + cases.size()
                + " clients, first with "
                + first.subject()
                + ". "
                + first.message(),
            first.advice(),
            first.command(),
            first.since()));
  }
}
