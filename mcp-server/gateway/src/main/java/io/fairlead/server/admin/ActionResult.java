package io.fairlead.server.admin;

import io.fairlead.versioning.TransactionStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of an operator's action.
 *
 * @param status what became of it as a whole
 * @param detail what happened and what to do, for people; empty if it was done
 * @param replicas what became of it at each replica
 * @param transaction the transaction that was opened, if one was
 */
public record ActionResult(
    Status status,
    String detail,
    List<ReplicaResult> replicas,
    Optional<TransactionStatus> transaction) {
  public ActionResult {
    Objects.requireNonNull(status, "status");
    replicas = List.copyOf(replicas);
  }

  /** The states of an action as a whole. */
  public enum Status {
    /** It was done at every replica, or at all that can be reached if the operator insists. */
    DONE,
    /** No replica knows what it is about. */
    UNKNOWN,
    /** Nothing was done anywhere, since a replica cannot take part. */
    REFUSED,
    /** Nothing was done, since too many transactions are open. */
    TOO_MANY,
    /** It was begun, and failed at a replica that had seemed able to take part. */
    INCOMPLETE
  }

  /** Returns the result of an action that was done. */
  public static ActionResult done(List<ReplicaResult> replicas) {
    return new ActionResult(Status.DONE, "", replicas, Optional.empty());
  }

  /** Returns the result of an action that failed. */
  public static ActionResult failed(Status status, String detail, List<ReplicaResult> replicas) {
    return new ActionResult(status, detail, replicas, Optional.empty());
  }
}
