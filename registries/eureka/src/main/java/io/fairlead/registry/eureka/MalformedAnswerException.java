package io.fairlead.registry.eureka;

import java.io.IOException;

/** An answer that is JSON and not Eureka's. */
final class MalformedAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedAnswerException(String message) {
    super(message);
  }
}
