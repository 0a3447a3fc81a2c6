package io.fairlead.registry.scripted;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The failure of a line that is not of the protocol. */
final class GarbageException extends IOException {
  private static final long serialVersionUID = 1;

  GarbageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
