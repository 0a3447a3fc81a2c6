package io.fairlead.server.replicas;

import io.fairlead.common.Counts;
import io.fairlead.common.ForeignText;
import io.fairlead.server.admin.ActionResult;
import io.fairlead.server.admin.ActionResult.Status;
import io.fairlead.server.admin.AdminActions;
import io.fairlead.server.admin.Reach;
import io.fairlead.server.admin.ReplicaResult;
import io.fairlead.server.admin.ReplicaResult.Outcome;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.versioning.TransactionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The actions of operators, carried to every replica in two steps: all are asked whether they can
 * take part, and nothing is done anywhere if one cannot; then each acts. A transaction that cannot
 * be opened at one of them is released at the others again; nothing else is taken back, but said.
 * Stateless but for the replicas; its calls block.
 */
public final class ReplicaActions implements AdminActions {
  /** The longest time that a decision waits for replicas to notice the loss, too. */
  private static final Duration MAX_NOTICING = Duration.ofSeconds(3);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final String INSIST =
      " (expected: every replica; --force, or force=true, acts without those)";

  private final ReplicaSet replicas;
  private final OwnReplica own;

  /** The actions on those replicas, of which one is this gateway. */
  public ReplicaActions(ReplicaSet replicas, OwnReplica own) {
    this.replicas = replicas;
    this.own = own;
  }

  @Override
  public ActionResult open(Duration ttl, Optional<String> id, Reach reach) {
    ReplicaSet.Asked asked = reach == Reach.THIS ? alone() : replicas.ask();
    List<ReplicaResult> results = missing(asked);
    if (!results.isEmpty() && reach == Reach.ALL) {
      return refused("nothing is held", results, asked.present());
    }
    TransactionStatus opened;
    try {
      opened = id.isPresent() ? own.open(ttl, id.get()) : own.open(ttl);
    } catch (IllegalStateException e) {
      return ActionResult.failed(Status.TOO_MANY, String.valueOf(e.getMessage()), List.of());
    }
    List<Replica> holding = new ArrayList<>();
    boolean failed = false;
    for (Replica replica : asked.present()) {
      try {
        TransactionStatus there = replica == own ? opened : replica.open(ttl, opened.id());
        holding.add(replica);
        results.add(result(replica, Outcome.DONE, "pushes nothing until " + there.expires()));
      } catch (ReplicaException e) {
        failed = true;
        results.add(failure(replica, e, "if it holds, that ends by itself at " + opened.expires()));
      }
    }
    if (failed && reach == Reach.ALL) {
      return undone(opened, holding, results);
    }
    return new ActionResult(Status.DONE, "", results, Optional.of(opened));
  }

  private static ActionResult undone(
      TransactionStatus opened, List<Replica> holding, List<ReplicaResult> results) {
    List<ReplicaResult> undone =
        new ArrayList<>(
            results.stream().filter(result -> result.outcome() != Outcome.DONE).toList());
    String failed = joined(undone);
    for (Replica replica : holding) {
      try {
        replica.release(opened.id());
        undone.add(result(replica, Outcome.NOT_DONE, "held for a moment and released again"));
      } catch (ReplicaException e) {
        undone.add(failure(replica, e, "it holds until " + opened.expires() + " at the latest"));
      }
    }
    return ActionResult.failed(
        Status.INCOMPLETE,
        "nothing is held: the transaction could not be opened at every replica and was released"
            + " again: "
            + failed
            + INSIST,
        undone);
  }

  @Override
  public ActionResult release(String id, Reach reach) {
    ReplicaSet.Asked asked = reach == Reach.THIS ? alone() : replicas.ask();
    List<ReplicaResult> results = missing(asked);
    boolean known =
        asked.present().stream()
            .flatMap(replica -> replica.status().state().stream())
            .anyMatch(state -> state.transactions().contains(id));
    if (!known) {
      // Also so that it is not opened here after all, should this gateway be about to.
      own.release(id);
      return unknown(id, "transaction", results);
    }
    if (!results.isEmpty() && reach == Reach.ALL) {
      return refused("nothing is released", results, asked.present());
    }
    boolean failed = false;
    for (Replica replica : asked.present()) {
      try {
        results.add(
            replica.release(id)
                ? result(replica, Outcome.DONE, "released")
                : result(replica, Outcome.ALREADY, "did not hold it any more"));
      } catch (ReplicaException e) {
        failed = true;
        results.add(failure(replica, e, "if it holds, that ends by itself at its time limit"));
      }
    }
    return failed
        ? incomplete("the transaction " + id + " is not released everywhere", results)
        : ActionResult.done(results);
  }

  @Override
  public ActionResult approve(String guard, Reach reach) {
    return decide(guard, Replica.Decision.APPROVE, reach);
  }

  @Override
  public ActionResult reject(String guard, Reach reach) {
    return decide(guard, Replica.Decision.REJECT, reach);
  }

  /** A replica with the losses that it holds. */
  private record Holding(Replica replica, List<HeldGuard> guards) {}

  /**
   * A step at one replica: the guard to decide about, or else why there is none.
   *
   * @param unaware whether it may have the guard soon, as it has not noticed the loss yet
   */
  private record Step(
      Replica replica, Optional<HeldGuard> guard, ReplicaResult without, boolean unaware) {}

  /**
   * The findings about a loss at all replicas.
   *
   * @param steps what is to be done at each that was asked; empty if none of them holds the loss
   * @param missing those that could not be asked
   */
  private record Findings(List<Step> steps, List<ReplicaResult> missing) {}

  private ActionResult decide(String id, Replica.Decision decision, Reach reach) {
    ReplicaSet.Asked asked = reach == Reach.THIS ? alone() : replicas.ask();
    Findings found =
        reach == Reach.ALL ? awaitNoticed(asked, id, decision) : find(asked, id, decision);
    if (found.steps().isEmpty()) {
      return unknown(id, "guard", found.missing());
    }
    List<ReplicaResult> without = new ArrayList<>(found.missing());
    found.steps().stream()
        .filter(step -> step.guard().isEmpty())
        .map(Step::without)
        .filter(result -> result.outcome() != Outcome.ALREADY)
        .forEach(without::add);
    if (!without.isEmpty() && reach == Reach.ALL) {
      return refused("nothing was " + decision.done, without, asked.present());
    }
    return act(found.steps(), decision, found.missing(), id);
  }

  // Registries tell each replica by itself, so one may notice a loss a moment later than another.
  private static Findings awaitNoticed(
      ReplicaSet.Asked asked, String id, Replica.Decision decision) {
    long deadline = System.nanoTime() + MAX_NOTICING.toNanos();
    while (true) {
      Findings found = find(asked, id, decision);
      boolean waits =
          found.missing().isEmpty()
              && found.steps().stream().anyMatch(Step::unaware)
              && System.nanoTime() < deadline;
      if (!waits || !pause()) {
        return found;
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(BETWEEN_LOOKS.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Findings find(ReplicaSet.Asked asked, String id, Replica.Decision decision) {
    List<ReplicaResult> missing = missing(asked);
    List<Holding> all = new ArrayList<>();
    for (Replica replica : asked.present()) {
      try {
        all.add(new Holding(replica, replica.guards()));
      } catch (ReplicaException e) {
        missing.add(failure(replica, e, "nothing was done there"));
      }
    }
    List<Step> steps =
        all.stream()
            .flatMap(holding -> holding.guards().stream())
            .filter(guard -> guard.id().equals(id))
            .findFirst()
            .map(wanted -> all.stream().map(one -> step(one, wanted, decision)).toList())
            .orElse(List.of());
    return new Findings(steps, missing);
  }

  private static ActionResult act(
      List<Step> steps, Replica.Decision decision, List<ReplicaResult> missing, String id) {
    List<ReplicaResult> results = new ArrayList<>(missing);
    boolean failed = false;
    for (Step step : steps) {
      if (step.guard().isEmpty()) {
        results.add(step.without());
        continue;
      }
      HeldGuard guard = step.guard().get();
      try {
        results.add(
            step.replica().decide(guard.id(), decision)
                ? result(step.replica(), Outcome.DONE, said(decision, guard))
                : result(step.replica(), Outcome.ALREADY, "held it no more"));
      } catch (ReplicaException e) {
        failed = true;
        results.add(failure(step.replica(), e, "see fairlead get guards there"));
      }
    }
    return failed
        ? incomplete("the guard " + id + " is not " + decision.done + " everywhere", results)
        : ActionResult.done(results);
  }

  private static String said(Replica.Decision decision, HeldGuard guard) {
    String services = Counts.of(guard.services().size(), "service");
    return switch (decision) {
      case APPROVE -> "the loss of " + services + " is let go";
      case REJECT -> "keeps " + services;
    };
  }

  // A replica without the loss has let it go already, or has not seen it yet.
  private static Step step(Holding holding, HeldGuard wanted, Replica.Decision decision) {
    Replica replica = holding.replica();
    Optional<HeldGuard> same = wanted.among(holding.guards());
    boolean unaware = false;
    ReplicaResult without;
    if (same.isPresent()) {
      without = result(replica, Outcome.NOT_DONE, "holds it");
    } else {
      try {
        unaware = replica.stillHas(wanted);
        without =
            unaware
                ? result(
                    replica,
                    Outcome.NOT_DONE,
                    "has not noticed the loss yet and serves all as it was; try again in a moment")
                : decision == Replica.Decision.APPROVE
                    ? result(replica, Outcome.ALREADY, "has let it go already")
                    : result(
                        replica,
                        Outcome.NOT_DONE,
                        "has let it go already; it cannot be kept there any more");
      } catch (ReplicaException e) {
        without = failure(replica, e, "nothing was done there");
      }
    }
    return new Step(replica, same, without, unaware);
  }

  private ReplicaSet.Asked alone() {
    return new ReplicaSet.Asked(List.of(own), List.of());
  }

  private static List<ReplicaResult> missing(ReplicaSet.Asked asked) {
    List<ReplicaResult> results = new ArrayList<>();
    for (ReplicaStatus status : asked.missing()) {
      results.add(
          new ReplicaResult(
              status.state().isPresent() ? status.name() : "",
              status.address(),
              Outcome.UNREACHABLE,
              "cannot be reached: " + status.problem()));
    }
    return results;
  }

  private static ReplicaResult failure(Replica replica, ReplicaException failure, String then) {
    return result(
        replica,
        failure.isUnanswered() ? Outcome.UNREACHABLE : Outcome.NOT_DONE,
        (failure.isUnanswered() ? "no answer: " : "refused: ") + failure.text() + "; " + then);
  }

  private static ReplicaResult result(Replica replica, Outcome outcome, String detail) {
    ReplicaStatus status = replica.status();
    return new ReplicaResult(status.name(), status.address(), outcome, detail);
  }

  private static ActionResult unknown(String id, String kind, List<ReplicaResult> missing) {
    return ActionResult.failed(
        Status.UNKNOWN,
        ForeignText.clean(id)
            + " (expected: the id of an open "
            + kind
            + ")"
            + (missing.isEmpty() ? "" : "; one that may know it: " + joined(missing)),
        missing);
  }

  private static ActionResult refused(
      String what, List<ReplicaResult> without, List<Replica> present) {
    List<ReplicaResult> all = new ArrayList<>(without);
    for (Replica replica : present) {
      String address = replica.status().address();
      if (all.stream().noneMatch(result -> result.address().equals(address))) {
        all.add(result(replica, Outcome.NOT_DONE, "could take part; nothing was done"));
      }
    }
    return ActionResult.failed(
        Status.REFUSED, what + " anywhere: " + joined(without) + INSIST, all);
  }

  private static ActionResult incomplete(String what, List<ReplicaResult> results) {
    return ActionResult.failed(Status.INCOMPLETE, what + ": " + joined(results), results);
  }

  private static String joined(List<ReplicaResult> results) {
    return String.join("; ", results.stream().map(ReplicaResult::toString).toList());
  }
}
