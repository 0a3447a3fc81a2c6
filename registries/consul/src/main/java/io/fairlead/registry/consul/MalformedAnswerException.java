package io.fairlead.registry.consul;

/** An answer of Consul that is not what its API promises; the message says where. */
final class MalformedAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedAnswerException(String message) {
    super(message);
  }
}
