package io.fairlead.server.admin;

import java.util.Objects;

/**
 * The result of an operator's action at one replica.
 *
 * @param name the replica's name; empty if it was never reached
 * @param address its admin address
 * @param outcome what became of the action there
 * @param detail what the replica does now, for people
 */
public record ReplicaResult(String name, String address, Outcome outcome, String detail) {
  public ReplicaResult {
    Objects.requireNonNull(outcome, "outcome");
  }

  /** The outcomes of an action at a replica. */
  public enum Outcome {
    /** It was done. */
    DONE,
    /** It was so already. */
    ALREADY,
    /** Nothing was done there. */
    NOT_DONE,
    /** It is not known, since the replica cannot be reached. */
    UNREACHABLE
  }

  @Override
  public String toString() {
    return (name.isEmpty() ? address : name + " (" + address + ")") + ": " + detail;
  }
}
