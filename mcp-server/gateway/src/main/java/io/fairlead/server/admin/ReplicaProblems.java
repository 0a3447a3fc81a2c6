package io.fairlead.server.admin;

import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import java.time.Instant;
import java.util.function.Consumer;

/** The problems of other gateways behind the same Service. */
final class ReplicaProblems {
  private static final String SHOW = "fairlead get replicas";

  private ReplicaProblems() {}

  static void unreachable(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (ReplicaStatus replica : source.replicas()) {
      if (!replica.reachable()) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.REPLICA_UNREACHABLE,
                replica.address(),
                "The replica "
                    + replica.title()
                    + " cannot be reached from "
                    + source.replica().name()
                    + ": "
                    + replica.problem()
                    + ".",
                "Its istiods go to the others, without a push. Start it, or take it out of"
                    + " replicas. Until then hold, release, approve and reject need --force.",
                SHOW,
                replica.since()));
      }
    }
  }

  static void differs(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (ReplicaStatus replica : source.replicas()) {
      if (replica.differsLong(now)) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.REPLICA_DIFFERS,
                replica.address(),
                "The replica "
                    + replica.title()
                    + " serves something else than "
                    + source.replica().name()
                    + ", so an istiod that goes from one to the other is pushed what differs.",
                "Compare the registries, guards, holds and transactions of both, with --admin: one"
                    + " may be unable to read a registry, or a decision reached only one.",
                SHOW,
                replica.differsSince().orElse(null)));
      }
    }
  }
}
