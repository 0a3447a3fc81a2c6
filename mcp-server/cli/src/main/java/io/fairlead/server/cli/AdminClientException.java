package io.fairlead.server.cli;

import org.jspecify.annotations.Nullable;

/** The failure of a call of the admin API, or its refusal; the message says what and where. */
final class AdminClientException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  AdminClientException(String message, @Nullable Throwable cause) {
    this(message, 0, cause);
  }

  private AdminClientException(String message, int status, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Returns the failure that a gateway answered instead of a result. */
  static AdminClientException answered(int status, String message) {
    return new AdminClientException(message, status, null);
  }

  /** Whether the gateway said that the requested item does not exist. */
  boolean isNotFound() {
    return status == 404;
  }
}
