package io.fairlead.server.admin;

import org.jspecify.annotations.Nullable;

/** The refusal of an invalid request; the message says what was expected. */
final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadRequestException(String message) {
    this(message, null);
  }

  BadRequestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
