package io.fairlead.server.replicas;

/** The failure of a call of a replica; the message says why, in plain words. */
final class ReplicaException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean unanswered;

  private ReplicaException(String message, boolean unanswered) {
    super(message);
    this.unanswered = unanswered;
  }

  /** Returns the failure of a call that the replica did not answer: it may have acted or not. */
  static ReplicaException unanswered(String message) {
    return new ReplicaException(message, true);
  }

  /** Returns the refusal of a replica. */
  static ReplicaException refused(String message) {
    return new ReplicaException(message, false);
  }

  /** Whether there was no answer. */
  boolean isUnanswered() {
    return unanswered;
  }

  /** Returns the message. */
  String text() {
    return String.valueOf(getMessage());
  }
}
