package io.fairlead.server.cli;

import org.jspecify.annotations.Nullable;

/** The admin API could not be asked, or refused; the message says what and where. */
final class AdminClientException extends Exception {
  private static final long serialVersionUID = 1;

  AdminClientException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
