package io.fairlead.server.admin;

import io.fairlead.aggregation.GuardStatus;
import io.fairlead.registry.Hold;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A hold as the API and the console show it: one of a registry's adapter, of the deletion guard, or
 * since a change of the configuration.
 *
 * @param id what to approve or reject it by; empty if nobody can decide about it
 * @param registry name of the registry; it may have left the configuration
 * @param reason why, as one of a fixed list
 * @param subject what is kept
 * @param since wall clock of its first start
 * @param until wall clock at which it ends at the latest; empty if no time ends it
 * @param explanation what was seen, and what ends it earlier
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

  /** Returns what a registry's adapter keeps. */
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

  /** Returns what the deletion guard holds, or what left with a change of the configuration. */
  public static HoldStatus of(GuardStatus guard) {
    return new HoldStatus(
        guard.id(),
        guard.registry(),
        guard.state() == GuardStatus.State.WAITING ? Hold.Reason.RELOAD : Hold.Reason.GUARD,
        guard.heldServices() + " of " + guard.services() + " services",
        guard.since(),
        guard.endsBy(),
        explanation(guard));
  }

  /** Returns what a guard does, and what ends it. */
  static String explanation(GuardStatus guard) {
    String held =
        guard.heldEndpoints()
            + " of "
            + guard.endpoints()
            + " endpoints, in "
            + guard.heldServices()
            + " of "
            + guard.services()
            + " services";
    String loss = "The registry no longer gives " + held + ". They stay in the mesh";
    return switch (guard.state()) {
      case WAITING ->
          "The registry left the configuration, or has another source now. Of what it had, "
              + held
              + " stay in the mesh until "
              + String.join(", ", guard.waitingFor())
              + (guard.waitingFor().size() == 1 ? " has" : " have")
              + " been read, without a time limit; or until somebody decides: fairlead approve "
              + guard.id()
              + " lets them go, and so does taking "
              + String.join(", ", guard.waitingFor())
              + " out of the configuration.";
      case HOLDING ->
          loss
              + guard
                  .confirmsAt()
                  .map(time -> " until " + time + ", if the registry goes on to say so")
                  .orElse(" until it can be read again")
              + guard
                  .endsBy()
                  .map(time -> " (until " + time + ", if it can be read only now and then)")
                  .orElse("")
              + ", or until somebody decides: fairlead approve "
              + guard.id()
              + " lets them go, fairlead reject "
              + guard.id()
              + " keeps them.";
      case REJECTED ->
          loss
              + ", as somebody decided, until the registry gives them again or fairlead approve "
              + guard.id()
              + " lets them go.";
    };
  }
}
