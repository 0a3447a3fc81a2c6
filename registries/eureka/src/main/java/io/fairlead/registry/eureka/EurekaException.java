package io.fairlead.registry.eureka;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A read that no server answered as it should. */
final class EurekaException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The status of the answer; 0 where there was none, or it was 200. */
  private final int status;

  EurekaException(int status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  int status() {
    return status;
  }

  /** Whether the server answered that it does not serve what was asked for. */
  boolean isRefusal() {
    return status == 403 || status == 404 || status == 405;
  }
}
