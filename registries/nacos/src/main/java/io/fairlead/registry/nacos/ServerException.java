package io.fairlead.registry.nacos;

import java.io.IOException;

/** A server answered that it cannot answer; the message is fit to be shown. */
final class ServerException extends IOException {
  private static final long serialVersionUID = 1;

  ServerException(String message) {
    super(message);
  }
}
