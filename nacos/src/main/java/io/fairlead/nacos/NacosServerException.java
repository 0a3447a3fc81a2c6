package io.fairlead.nacos;

import java.io.IOException;

/** A server's answer that it cannot serve the request; the message is fit to be shown. */
final class NacosServerException extends IOException {
  private static final long serialVersionUID = 1;

  NacosServerException(String message) {
    super(message);
  }
}
