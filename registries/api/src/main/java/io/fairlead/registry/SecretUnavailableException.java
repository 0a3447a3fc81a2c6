package io.fairlead.registry;

import org.jspecify.annotations.Nullable;

/** The failure to read a {@link Secret}; the message names the variable or the file. */
public final class SecretUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SecretUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
