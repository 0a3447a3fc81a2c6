package io.fairlead.server.admin;

import io.fairlead.common.Counts;
import io.fairlead.configs.merge.Configs;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Hold;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A hold as the API and the console show it: one of a registry's adapter, of the deletion guard, or
 * since a change of the configuration.
 *
 * @param id the id to approve or reject it by; empty if operators cannot decide about it
 * @param registry name of the registry; it may have left the configuration
 * @param reason the reason, one of a fixed list
 * @param subject the subject of the hold
 * @param since wall clock of its first start
 * @param until wall clock at which it ends at the latest; empty if no time ends it
 * @param explanation what was observed, and what ends the hold earlier
 */
public record HoldStatus(
    String id,
    String registry,
    Hold.Reason reason,
    String subject,
    Instant since,
    Optional<Instant> until,
    String explanation) {
  public HoldStatus {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(until, "until");
  }

  /** Returns a hold of a registry's adapter. */
  public static HoldStatus of(String registry, Hold hold) {
    return new HoldStatus(
        "",
        registry,
        hold.reason(),
        hold.subject(),
        hold.since(),
        Optional.of(hold.until()),
        hold.explanation());
  }

  /**
   * Returns the hold of a deletion guard, or of services that left with a change of the
   * configuration.
   */
  public static HoldStatus of(GuardStatus guard) {
    return new HoldStatus(
        guard.id(),
        guard.registry(),
        guard.state() == GuardStatus.State.WAITING ? Hold.Reason.RELOAD : Hold.Reason.GUARD,
        held(guard),
        guard.since(),
        guard.endsBy(),
        explanation(guard));
  }

  // Losses of a config source are resources, which have no endpoints of their own.
  private static boolean isOfDocuments(GuardStatus guard) {
    return guard.registry().startsWith(Configs.PREFIX);
  }

  private static String held(GuardStatus guard) {
    return guard.heldServices()
        + " of "
        + Counts.of(guard.services(), isOfDocuments(guard) ? "resource" : "service");
  }

  /** Returns the explanation of a guard's hold, and of what ends it. */
  static String explanation(GuardStatus guard) {
    boolean documents = isOfDocuments(guard);
    String held =
        documents
            ? held(guard)
            : guard.heldEndpoints()
                + " of "
                + Counts.of(guard.endpoints(), "endpoint")
                + ", in "
                + held(guard);
    String place = documents ? "config source" : "registry";
    String loss = "The " + place + " no longer has " + held + ". They stay in the mesh";
    return switch (guard.state()) {
      case WAITING ->
          "The registry left the configuration, or has another source now. Of its services, "
              + held
              + " stay in the mesh until "
              + String.join(", ", guard.waitingFor())
              + (guard.waitingFor().size() == 1 ? " has" : " have")
              + " been read, without a time limit, or until an operator decides: fairlead approve "
              + guard.id()
              + " removes them, and so does removing "
              + String.join(", ", guard.waitingFor())
              + " from the configuration.";
      case HOLDING ->
          loss
              + guard
                  .confirmsAt()
                  .map(
                      time ->
                          " until "
                              + ServingProblems.text(time)
                              + ", if they are still missing then")
                  .orElse(" until it can be read again")
              + guard
                  .endsBy()
                  .map(
                      time ->
                          " (until "
                              + ServingProblems.text(time)
                              + " at the latest, if reads of it keep failing)")
                  .orElse("")
              + ", or until an operator decides: fairlead approve "
              + guard.id()
              + " removes them, fairlead reject "
              + guard.id()
              + " keeps them.";
      case REJECTED ->
          loss
              + ", as an operator decided, until the "
              + place
              + " has them again or fairlead approve "
              + guard.id()
              + " removes them.";
    };
  }
}
